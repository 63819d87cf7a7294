{{/* A deployment of the program, and what belongs to it alone: {root, part, replicas}. */}}
{{- define "labelkeep.workload" -}}
{{- $root := .root -}}
{{- $values := index .root.Values .part -}}
{{- $settings := fromYaml (include "labelkeep.settings" .) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "labelkeep.partname" . }}
  labels:
    {{- include "labelkeep.partlabels" . | nindent 4 }}
  {{- with $values.deploymentAnnotations }}
  annotations:
    {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 4 }}
  {{- end }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels:
      {{- include "labelkeep.partselector" . | nindent 6 }}
  strategy:
    # Two pods never use one SQLite file, nor a volume that one node mounts.
    {{- if and (include "labelkeep.postgres" $root) (include "labelkeep.shared" $root) }}
    {{- toYaml $values.deploymentStrategy | nindent 4 }}
    {{- else }}
    type: Recreate
    {{- end }}
  template:
    {{- include "labelkeep.pod" . | nindent 4 }}
{{- if $values.serviceAccount.create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "labelkeep.serviceaccount" . }}
  labels:
    {{- include "labelkeep.partlabels" . | nindent 4 }}
  {{- with $values.serviceAccount.annotations }}
  annotations:
    {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- with $settings.secrets }}
---
# Secrets that a values file holds as they are. Better name a Secret of your own.
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "labelkeep.partname" $ }}-settings
  labels:
    {{- include "labelkeep.partlabels" $ | nindent 4 }}
type: Opaque
data:
  {{- range $name, $value := . }}
  {{ $name }}: {{ b64enc $value }}
  {{- end }}
{{- end }}
{{- if $values.pdb.create }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "labelkeep.partname" . }}
  labels:
    {{- include "labelkeep.partlabels" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      {{- include "labelkeep.partselector" . | nindent 6 }}
  {{- if ne (toString $values.pdb.minAvailable) "" }}
  minAvailable: {{ $values.pdb.minAvailable }}
  {{- else }}
  maxUnavailable: {{ ternary 1 $values.pdb.maxUnavailable (eq (toString $values.pdb.maxUnavailable) "") }}
  {{- end }}
{{- end }}
{{- end -}}
