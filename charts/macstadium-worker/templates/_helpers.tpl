{{/* The chart's name, or what nameOverride makes of it. */}}
{{- define "macstadium-worker.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{/* The name of every object: the release's, since a release is named after what it is. */}}
{{- define "macstadium-worker.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 53 | trimSuffix "-" }}
{{- end }}

{{- define "macstadium-worker.selectorLabels" -}}
app.kubernetes.io/name: {{ include "macstadium-worker.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "macstadium-worker.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "macstadium-worker.selectorLabels" . }}
app.kubernetes.io/version: {{ default (printf "v%s" .Chart.AppVersion) .Values.image.tag | quote }}
app.kubernetes.io/part-of: macpool
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* repository:tag, and @digest when there is one: then the digest decides. */}}
{{- define "macstadium-worker.image" -}}
{{- $tag := default (printf "v%s" .Chart.AppVersion) .Values.image.tag -}}
{{ .Values.image.repository }}:{{ $tag }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Old releases give one name, newer ones a list of {name}. */}}
{{- define "macstadium-worker.imagePullSecrets" -}}
{{- if kindIs "string" .Values.imagePullSecrets -}}
{{- with .Values.imagePullSecrets }}
- name: {{ . }}
{{- end }}
{{- else -}}
{{- with .Values.imagePullSecrets }}{{ toYaml . }}{{ end }}
{{- end -}}
{{- end }}

{{- define "macstadium-worker.secretName" -}}
{{- default (include "macstadium-worker.fullname" .) .Values.secretName }}
{{- end }}

{{- define "macstadium-worker.serviceAccountName" -}}
{{- if .Values.serviceAccount.name }}{{ .Values.serviceAccount.name }}
{{- else if .Values.serviceAccount.create }}{{ include "macstadium-worker.fullname" . }}
{{- else }}default
{{- end }}
{{- end }}

{{- define "macstadium-worker.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "macstadium-worker.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop:
    - ALL
{{- end }}

{{/* DNS of the cluster, which every pod needs. */}}
{{- define "macstadium-worker.egressToDns" -}}
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

{{/* The worker's environment: settings from the ConfigMap, secrets by reference only. */}}
{{- define "macstadium-worker.env" -}}
{{- $broker := required "Set jupiterBrainName to the release of the broker that makes the instances." .Values.jupiterBrainName -}}
- name: JUPITER_BRAIN_AUTH_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ default $broker .Values.jupiterBrainSecretName }}
      key: JUPITER_BRAIN_AUTH_TOKEN
- name: TRAVIS_WORKER_JUPITERBRAIN_ENDPOINT
  value: http://$(JUPITER_BRAIN_AUTH_TOKEN)@{{ $broker }}:{{ .Values.jupiterBrainPort }}/
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: TRAVIS_WORKER_HOSTNAME
  value: $(POD_NAME).$(POD_NAMESPACE)
{{- if not .Values.secretEnvFrom }}
{{- range .Values.secretKeys }}
- name: {{ . }}
  valueFrom:
    secretKeyRef:
      name: {{ include "macstadium-worker.secretName" $ }}
      key: {{ . }}
{{- end }}
{{- if and (eq .Values.imageSelectorType "api") (not .Values.imageSelectorUrl) }}
- name: TRAVIS_WORKER_JUPITERBRAIN_IMAGE_SELECTOR_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "macstadium-worker.secretName" . }}
      key: TRAVIS_WORKER_JUPITERBRAIN_IMAGE_SELECTOR_URL
      optional: true
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "macstadium-worker.envFrom" -}}
- configMapRef:
    name: {{ include "macstadium-worker.fullname" . }}
{{- if .Values.secretEnvFrom }}
- secretRef:
    name: {{ include "macstadium-worker.secretName" . }}
{{- end }}
{{- end }}
