{{- /* What the schema cannot say: one value against another, or against the cluster. */}}
{{- define "lectern.checks" -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.database.secretName) }}
{{- fail (printf "replicas is %d, and several servers share what learners did in a database: set database.secretName to a Secret with the URL of a PostgreSQL, or replicas to 1." (int .Values.replicas)) }}
{{- end }}
{{- if and .Values.signIn.issuer (not .Values.signIn.client) }}
{{- fail "signIn.issuer is set and signIn.client is empty: set it to what Lectern is registered as at the provider." }}
{{- end }}
{{- if and (eq .Values.start "account") (not .Values.signIn.issuer) }}
{{- fail "start is account, which lets start labs who has signed in, and signIn.issuer is empty: set it to your provider, or start to link." }}
{{- end }}
{{- if and .Values.labs.images (semverCompare "<1.33.0-0" .Capabilities.KubeVersion.Version) }}
{{- fail (printf "labs.images needs image volumes, which Kubernetes has from 1.33 on, and this cluster runs %s: name the labs by Workshop objects instead, which read images on every cluster." .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- if and .Values.metrics.serviceMonitor.enabled (not (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) }}
{{- fail "metrics.serviceMonitor.enabled is true, and this cluster has no ServiceMonitor (monitoring.coreos.com/v1): install the Prometheus operator first, or set it to false." }}
{{- end }}
{{- if has .Release.Namespace (list "lectern-system" "lectern-policy-engine" .Values.shells.namespace) }}
{{- fail (printf "the namespace %s belongs to Lectern's servers, which remove it when Lectern is uninstalled: install the chart into another one, for example with --namespace lectern --create-namespace." .Release.Namespace) }}
{{- end }}
{{- if not (or .Values.labs.shipped .Values.labs.images) }}
{{- fail "labs.shipped is false and labs.images is empty: a server without one lab does not start. Keep one of them." }}
{{- end }}
{{- end }}
