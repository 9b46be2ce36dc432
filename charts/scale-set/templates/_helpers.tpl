{{/* The chart's name, or what nameOverride makes of it. */}}
{{- define "scale-set.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{/* The name of every object: the release's, since a release is named after what it is. */}}
{{- define "scale-set.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "scale-set.selectorLabels" -}}
app.kubernetes.io/name: {{ include "scale-set.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "scale-set.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "scale-set.selectorLabels" . }}
app.kubernetes.io/version: {{ default (printf "v%s" .Chart.AppVersion) .Values.image.tag | quote }}
app.kubernetes.io/part-of: macpool
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* repository:tag, and @digest when there is one: then the digest decides. */}}
{{- define "scale-set.image" -}}
{{- $tag := default (printf "v%s" .Chart.AppVersion) .Values.image.tag -}}
{{ .Values.image.repository }}:{{ $tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Old releases give one name, newer ones a list of {name}. */}}
{{- define "scale-set.imagePullSecrets" -}}
{{- if kindIs "string" .Values.imagePullSecrets -}}
{{- with .Values.imagePullSecrets }}
- name: {{ . }}
{{- end }}
{{- else -}}
{{- with .Values.imagePullSecrets }}{{ toYaml . }}{{ end }}
{{- end -}}
{{- end }}

{{- define "scale-set.secretName" -}}
{{- default (include "scale-set.fullname" .) .Values.secretName }}
{{- end }}

{{- define "scale-set.serviceAccountName" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}{{ include "scale-set.fullname" . }}
{{- else }}default
{{- end }}
{{- end }}

{{- define "scale-set.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "scale-set.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* DNS of the cluster, which every pod needs. */}}
{{- define "scale-set.egressToDns" -}}
- to:
    - namespaceSelector: {}
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - protocol: UDP
      port: 53
    - protocol: TCP
      port: 53
{{- end }}

{{/* What jobs name. */}}
{{- define "scale-set.setName" -}}
{{- default (trimPrefix "scale-set-" .Release.Name) .Values.runners.name }}
{{- end }}

{{- define "scale-set.runsOn" -}}
{{- default (include "scale-set.setName" .) (join ", " .Values.runners.labels) }}
{{- end }}
