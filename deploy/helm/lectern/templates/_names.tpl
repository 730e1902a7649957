{{- define "lectern.name" -}}
{{- if contains "lectern" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-lectern" (.Release.Name | trunc 42 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "lectern.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: lectern
{{ include "lectern.selector" . }}
{{- end }}

{{- define "lectern.selector" -}}
app.kubernetes.io/name: lectern
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "lectern.serverSelector" -}}
{{ include "lectern.selector" . }}
app.kubernetes.io/component: server
{{- end }}

{{- define "lectern.image" -}}
{{- with .image }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.appVersion }}{{ end }}{{ end }}
{{- end }}

{{- define "lectern.serverImage" -}}
{{ include "lectern.image" (dict "image" .Values.image "appVersion" .Chart.AppVersion) }}
{{- end }}

{{- define "lectern.testPod" -}}
{{ include "lectern.name" . }}-test
{{- end }}

{{- define "lectern.instructorSecret" -}}
{{ .Values.instructorToken.secretName | default (printf "%s-instructor" (include "lectern.name" .)) }}
{{- end }}

{{- /* What a container of ours may do: nothing but run. */}}
{{- define "lectern.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "lectern.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "lectern.kubeconfig" -}}
apiVersion: v1
kind: Config
current-context: cluster
contexts:
  - name: cluster
    context: { cluster: cluster, user: lectern }
clusters:
  - name: cluster
    cluster:
      server: https://kubernetes.default.svc
      certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
users:
  - name: lectern
    user:
      auth-provider:
        name: tokenFile
        config: { tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token }
{{- end }}
