{{/*
The pod of a part. What the restricted pod standard asks for stands here and not in the values, so that no values file takes it
away (SEC-254).
*/}}

{{- define "labelkeep.pod" -}}
{{- $root := .root -}}
{{- $values := index .root.Values .part -}}
{{- $settings := fromYaml (include "labelkeep.settings" .) -}}
metadata:
  labels:
    {{- $selector := fromYaml (include "labelkeep.partselector" .) }}
    {{- toYaml (merge $selector (default dict $values.podLabels) (default dict $values.labels) (default dict $values.extraLabels)) | nindent 4 }}
  annotations:
    # Another setting is another pod. Of secrets in the values no digest is shown, by which they could be guessed: with them every
    # upgrade makes new pods.
    labelkeep/settings: {{ toJson (omit $settings "secrets") | sha256sum }}
    {{- if $settings.secrets }}
    labelkeep/revision: {{ .root.Release.Revision | quote }}
    {{- end }}
    {{- with $values.annotations }}
    {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "labelkeep.serviceaccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: {{ $values.enableServiceLinks }}
  shareProcessNamespace: {{ $values.shareProcessNamespace }}
  dnsPolicy: {{ $values.dnsPolicy }}
  terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
  {{- with $root.Values.global.imagePullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name") }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "labelkeep.podsecurity" . | nindent 4 }}
  {{- $before := concat (default list $values.initContainers) (default list $values.postMigrationInitContainers) }}
  {{- with $before }}
  initContainers:
    {{- range . }}
    {{- include "labelkeep.initcontainer" (dict "container" . "root" $root "part" $.part) | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .part }}
      image: {{ include "labelkeep.image" $root }}
      imagePullPolicy: {{ (fromYaml (include "labelkeep.imagevalues" $root)).pullPolicy }}
      args: [start]
      securityContext:
        {{- include "labelkeep.containersecurity" . | nindent 8 }}
      env:
        {{- include "labelkeep.environment" (dict "settings" $settings "root" $root) | trim | nindent 8 }}
      ports:
        {{- if eq .part "app" }}
        - name: https
          containerPort: 8080
        {{- end }}
        - name: monitoring
          containerPort: 9090
      {{- include "labelkeep.probe" (dict "name" "startupProbe" "probe" $values.startupProbe "path" "/health/live") | nindent 6 }}
      {{- include "labelkeep.probe" (dict "name" "readinessProbe" "probe" $values.readinessProbe "path" "/health/ready") | nindent 6 }}
      {{- include "labelkeep.probe" (dict "name" "livenessProbe" "probe" $values.livenessProbe "path" "/health/live") | nindent 6 }}
      {{- if and $values.preStopDelaySeconds (semverCompare ">=1.30.0-0" $root.Capabilities.KubeVersion.Version) }}
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $values.preStopDelaySeconds }}
      {{- end }}
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      volumeMounts:
        - name: data
          mountPath: /label-studio/data
        - name: tmp
          mountPath: /tmp
        {{- if include "labelkeep.secretsources" (dict "root" $root "part" .part "settings" $settings) }}
        - name: secrets
          mountPath: /opt/labelkeep/secrets
          readOnly: true
        {{- end }}
        {{- if $root.Values.global.pgConfig.ssl.pgSslSecretName }}
        - name: pg-certs
          mountPath: /opt/heartex/secrets/pg_certs
          readOnly: true
        {{- end }}
        {{- if ($root.Values.global.redisConfig.ssl).redisSslSecretName }}
        - name: redis-certs
          mountPath: /opt/heartex/secrets/redis_certs
          readOnly: true
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 8 }}
        {{- end }}
  volumes:
    - name: data
      {{- if include "labelkeep.volume" $root }}
      persistentVolumeClaim:
        claimName: {{ default (printf "%s-data" (include "labelkeep.fullname" $root)) (tpl (default "" $root.Values.global.persistence.config.volume.existingClaim) $root) }}
      {{- else }}
      emptyDir: {}
      {{- end }}
    - name: tmp
      emptyDir:
        sizeLimit: 1Gi
    {{- with include "labelkeep.secretsources" (dict "root" $root "part" .part "settings" $settings) }}
    - name: secrets
      projected:
        # For the pod's group: files of Secrets belong to root.
        defaultMode: 0440
        sources:
          {{- . | trim | nindent 10 }}
    {{- end }}
    {{- with $root.Values.global.pgConfig.ssl.pgSslSecretName }}
    - name: pg-certs
      secret:
        secretName: {{ tpl . $root }}
        defaultMode: 0440
    {{- end }}
    {{- with ($root.Values.global.redisConfig.ssl).redisSslSecretName }}
    - name: redis-certs
      secret:
        secretName: {{ tpl . $root }}
        defaultMode: 0440
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 4 }}
    {{- end }}
  {{- range $key := list "nodeSelector" "affinity" "tolerations" "topologySpreadConstraints" "hostAliases" }}
  {{- with index $values $key }}
  {{ $key }}:
    {{- include "labelkeep.yaml" (dict "value" . "root" $root) | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end -}}

{{/* Ids and groups are the operator's choice. */}}
{{- define "labelkeep.podsecurity" -}}
{{- $given := index (index .root.Values .part) "podSecurityContext" -}}
{{- $context := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") "fsGroupChangePolicy" "OnRootMismatch" -}}
{{- if $given.enabled -}}
{{- $_ := set $context "runAsGroup" 10001 -}}
{{- range $key := list "runAsUser" "runAsGroup" "fsGroup" "fsGroupChangePolicy" "supplementalGroups" "seLinuxOptions" -}}
{{- if hasKey $given $key }}{{- $_ := set $context $key (index $given $key) }}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "labelkeep.containersecurity" -}}
{{- $given := index (index .root.Values .part) "containerSecurityContext" -}}
{{- $context := dict "runAsNonRoot" true "allowPrivilegeEscalation" false "privileged" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if $given.enabled -}}
{{- range $key := list "runAsUser" "runAsGroup" "seLinuxOptions" -}}
{{- if hasKey $given $key }}{{- $_ := set $context $key (index $given $key) }}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{/*
A container of the values that runs before the program. Its extraEnvironmentVars and extraEnvironmentSecrets become variables; without
words of its own it is protected as the program is.
*/}}
{{- define "labelkeep.initcontainer" -}}
{{- $env := default list .container.env -}}
{{- range $name, $value := default dict .container.extraEnvironmentVars -}}
{{- $env = append $env (dict "name" $name "value" (toString $value)) -}}
{{- end -}}
{{- range $name, $reference := default dict .container.extraEnvironmentSecrets -}}
{{- $env = append $env (dict "name" $name "valueFrom" (dict "secretKeyRef" (dict "name" $reference.secretName "key" $reference.secretKey))) -}}
{{- end -}}
{{- $container := omit .container "extraEnvironmentVars" "extraEnvironmentSecrets" -}}
{{- with $env }}{{- $_ := set $container "env" . }}{{- end -}}
{{- if not $container.securityContext -}}
{{- $_ := set $container "securityContext" (fromYaml (include "labelkeep.containersecurity" (dict "root" .root "part" .part))) -}}
{{- end -}}
{{- tpl (toYaml (list $container)) .root -}}
{{- end -}}

{{/* Health is asked at the port for monitoring, whatever port a values file names; its times count. */}}
{{- define "labelkeep.probe" -}}
{{- $probe := default dict .probe -}}
{{- if $probe.enabled -}}
{{ .name }}:
  httpGet:
    path: {{ .path }}
    port: monitoring
  {{- range $key := list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" }}
  {{- with index $probe $key }}
  {{ $key }}: {{ . }}
  {{- end }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Whether the program takes a setting as a file, which is so for its secrets. */}}
{{- define "labelkeep.asfile" -}}
{{- if or (has (include "labelkeep.bare" .name) (.root.Files.Lines "secret-settings.txt")) (eq .name "GOOGLE_APPLICATION_CREDENTIALS") -}}true{{- end -}}
{{- end -}}

{{/* The variables of a container: {settings, root}. */}}
{{- define "labelkeep.environment" -}}
{{- $root := .root -}}
{{- $variables := deepCopy .settings.variables -}}
{{- range $name, $_ := merge dict .settings.references .settings.secrets -}}
{{- if include "labelkeep.asfile" (dict "root" $root "name" $name) -}}
{{- $_ := set $variables (ternary $name (printf "%s_FILE" $name) (eq $name "GOOGLE_APPLICATION_CREDENTIALS")) (printf "/opt/labelkeep/secrets/%s" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $variables }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $reference := .settings.references }}
{{- if not (include "labelkeep.asfile" (dict "root" $root "name" $name)) }}
# No secret to the program, which takes it as a variable only.
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $reference.secretName }}
      key: {{ $reference.secretKey }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What is put into the folder of secrets: {root, part, settings}. Nothing, when there is none. */}}
{{- define "labelkeep.secretsources" -}}
{{- $root := .root -}}
{{- with $root.Values.global.masterKey.secretName }}
- secret:
    name: {{ tpl . $root }}
    items:
      - key: {{ $root.Values.global.masterKey.secretKey }}
        path: master.key
{{- end }}
{{- if eq .part "app" }}
{{- with $root.Values.app.tls.secretName }}
- secret:
    name: {{ tpl . $root }}
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
{{- end }}
{{- end }}
{{- range $name, $reference := .settings.references }}
{{- if include "labelkeep.asfile" (dict "root" $root "name" $name) }}
- secret:
    name: {{ $reference.secretName }}
    items:
      - key: {{ $reference.secretKey }}
        path: {{ $name }}
{{- end }}
{{- end }}
{{- with .settings.secrets }}
- secret:
    name: {{ include "labelkeep.partname" (dict "root" $root "part" $.part) }}-settings
{{- end }}
{{- end -}}
