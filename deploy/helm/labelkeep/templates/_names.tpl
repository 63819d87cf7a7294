{{/* Names and labels. Parts are called as in the values: app, rqworker. */}}

{{- define "labelkeep.name" -}}
{{- default .Chart.Name .Values.app.NameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of what belongs to app and to all. */}}
{{- define "labelkeep.fullname" -}}
{{- if .Values.app.FullnameOverride -}}
{{- .Values.app.FullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "labelkeep.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of a part: {root, part}. */}}
{{- define "labelkeep.partname" -}}
{{- if eq .part "app" -}}
{{- include "labelkeep.fullname" .root -}}
{{- else -}}
{{- $values := index .root.Values .part -}}
{{- default (printf "%s-%s" (include "labelkeep.fullname" .root) (default .part $values.NameOverride)) $values.FullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What every pod of the release has, and nothing else: policies select by it. */}}
{{- define "labelkeep.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "labelkeep.partselector" -}}
{{ include "labelkeep.selector" .root }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "labelkeep.labels" -}}
{{ include "labelkeep.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Labels of a part's objects: {root, part}. Those of the values cannot take the place of those that are selected by. */}}
{{- define "labelkeep.partlabels" -}}
{{- $values := index .root.Values .part -}}
{{- $own := fromYaml (printf "%s\napp.kubernetes.io/component: %s" (include "labelkeep.labels" .root) .part) -}}
{{- toYaml (merge $own (default dict $values.labels) (default dict $values.extraLabels)) -}}
{{- end -}}

{{/* A value as YAML. It may be a text with templates in it: {value, root}. */}}
{{- define "labelkeep.yaml" -}}
{{- if kindIs "string" .value -}}
{{- tpl .value .root -}}
{{- else -}}
{{- tpl (toYaml .value) .root -}}
{{- end -}}
{{- end -}}

{{/* Whether a name is that of the image of Label Studio, which cannot run what this chart describes. */}}
{{- define "labelkeep.foreignimage" -}}
{{- if contains "label-studio" (default "" .) -}}true{{- end -}}
{{- end -}}

{{/* Where the image is: global.image over image. */}}
{{- define "labelkeep.imagevalues" -}}
{{- $image := deepCopy .Values.image -}}
{{- $global := default dict .Values.global.image -}}
{{- if not (include "labelkeep.foreignimage" $global.repository) -}}
{{- range $key, $value := $global }}{{- if $value }}{{- $_ := set $image $key $value }}{{- end }}{{- end -}}
{{- end -}}
{{- toYaml $image -}}
{{- end -}}

{{- define "labelkeep.image" -}}
{{- $image := fromYaml (include "labelkeep.imagevalues" .) -}}
{{- with $image.registry }}{{ . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest -}}
@{{ $image.digest }}
{{- else -}}
:{{ default .Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "labelkeep.serviceaccount" -}}
{{- $values := index .root.Values .part -}}
{{- if $values.serviceAccount.create -}}
{{- default (include "labelkeep.partname" .) $values.serviceAccount.name -}}
{{- else -}}
{{- default "default" $values.serviceAccount.name -}}
{{- end -}}
{{- end -}}
