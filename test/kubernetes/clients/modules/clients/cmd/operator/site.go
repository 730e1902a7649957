package main

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const finalizer = "sites.clients.example.com/farewell"

var siteKind = schema.GroupVersionKind{Group: "clients.example.com", Version: "v1", Kind: "Site"}

func newSite(namespace, name string) *unstructured.Unstructured {
	site := &unstructured.Unstructured{}
	site.SetGroupVersionKind(siteKind)
	site.SetNamespace(namespace)
	site.SetName(name)
	return site
}

func replicasOf(site *unstructured.Unstructured) int64 {
	replicas, _, _ := unstructured.NestedInt64(site.Object, "spec", "replicas")
	return replicas
}

func setReplicas(site *unstructured.Unstructured, replicas int64) {
	_ = unstructured.SetNestedField(site.Object, replicas, "spec", "replicas")
}

func siteDefinition() *apiextensionsv1.CustomResourceDefinition {
	one, many := 0.0, 5.0
	integer := apiextensionsv1.JSONSchemaProps{Type: "integer", Format: "int64"}
	replicas := integer
	replicas.Minimum, replicas.Maximum = &one, &many
	replicas.Default = &apiextensionsv1.JSON{Raw: []byte("1")}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "sites.clients.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: siteKind.Group,
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "sites", Singular: "site", Kind: "Site", ListKind: "SiteList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name:         siteKind.Version,
				Served:       true,
				Storage:      true,
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object",
					Properties: map[string]apiextensionsv1.JSONSchemaProps{
						"spec":   {Type: "object", Default: &apiextensionsv1.JSON{Raw: []byte("{}")}, Properties: map[string]apiextensionsv1.JSONSchemaProps{"replicas": replicas}},
						"status": {Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{"ready": integer, "observedGeneration": integer, "leader": {Type: "string"}}},
					},
				}},
			}},
		},
	}
}
