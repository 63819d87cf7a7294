{{/* What cannot work is said before anything is changed: everything at once, each with its place in the values and what to do. */}}

{{- define "labelkeep.check" -}}
{{- $wrong := list -}}
{{- range $check := list "release" "address" "database" "pods" "files" "certificates" "environment" "users" -}}
{{- $wrong = concat $wrong (include (printf "labelkeep.check.%s" $check) $ | splitList "\n") -}}
{{- end -}}
{{- $lines := list -}}
{{- range $wrong }}{{- with trim . }}{{- $lines = append $lines (printf "- %s" .) }}{{- end }}{{- end -}}
{{- with $lines }}{{- fail (printf "these values do not work:\n%s\n" (join "\n" .)) }}{{- end -}}
{{- end -}}

{{/* An upgrade in place would remove Label Studio, and the claims that hold its files. */}}
{{- define "labelkeep.check.release" -}}
{{- if and .Release.IsUpgrade (not .Values.replaceLabelStudio) -}}
{{- range (lookup "apps/v1" "Deployment" .Release.Namespace "").items -}}
{{- $labels := default dict .metadata.labels -}}
{{- if and (eq (get $labels "app.kubernetes.io/instance") $.Release.Name) (hasPrefix "label-studio-" (get $labels "helm.sh/chart")) }}
release {{ $.Release.Name }}: it is Label Studio ({{ get $labels "helm.sh/chart" }}); this upgrade would remove its pods and claims and bring nothing over. Install Labelkeep beside it under another release name, with the same values file; or say replaceLabelStudio=true
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.check.address" -}}
{{- if and .Values.app.contextPath (ne .Values.app.contextPath "/") }}
app.contextPath: "{{ .Values.app.contextPath }}": Labelkeep serves at the root of a host name; give it one of its own in app.ingress.host, and leave contextPath out
{{- end -}}
{{- with include "labelkeep.url" . -}}
{{- $url := urlParse . -}}
{{- if ne $url.scheme "https" }}
LABEL_STUDIO_HOST: "{{ . }}": people reach Labelkeep over TLS only; begin it with https:// (in global.extraEnvironmentVars or app.extraEnvironmentVars), or leave it out and name app.ingress.host
{{- else if $url.path }}
LABEL_STUDIO_HOST: "{{ . }}": Labelkeep serves at the root of a host name; leave {{ $url.path }} out
{{- end -}}
{{- end -}}
{{- if and .Values.app.ingress.enabled (not .Values.app.ingress.host) }}
app.ingress.host is missing: the name by which people come, as in labels.example
{{- end -}}
{{- if eq (include "labelkeep.setting" (dict "root" . "part" "app" "name" "TLS_MODE")) "proxy" }}
TLS_MODE: the pod speaks TLS to the ingress; leave it out, and name the ingress's addresses in app.trustedProxies
{{- end -}}
{{- end -}}

{{- define "labelkeep.check.database" -}}
{{- $config := .Values.global.pgConfig -}}
{{- if and $config.host (not .Values.checkConfig.skipEnvValues) -}}
{{- $has := dict -}}
{{- range $name := list "POSTGRE_NAME" "POSTGRE_USER" "POSTGRE_PASSWORD" }}{{- $_ := set $has $name (include "labelkeep.has" (dict "root" $ "part" "app" "name" $name)) }}{{- end -}}
{{- if not (or $config.dbName $has.POSTGRE_NAME) }}
global.pgConfig.dbName is missing: the database at {{ $config.host }}
{{- end -}}
{{- if not (or $config.userName $has.POSTGRE_USER) }}
global.pgConfig.userName is missing: the role for {{ $config.host }}
{{- end -}}
{{- if not (or (and $config.password.secretName $config.password.secretKey) $has.POSTGRE_PASSWORD $config.ssl.pgSslCertSecretKey) }}
global.pgConfig.password: secretName and secretKey are needed: a Secret of this namespace (kubectl create secret generic NAME --from-file=KEY=FILE)
{{- end -}}
{{- end -}}
{{- if has $config.ssl.pgSslMode (list "disable" "allow" "prefer") }}
global.pgConfig.ssl.pgSslMode: "{{ $config.ssl.pgSslMode }}" does not protect the connection; verify-full (the default), verify-ca or require
{{- end -}}
{{- if and $config.ssl.pgSslSecretName (not $config.ssl.pgSslRootCertSecretKey) (not $config.ssl.pgSslCertSecretKey) }}
global.pgConfig.ssl.pgSslSecretName: name a key of {{ $config.ssl.pgSslSecretName }} in pgSslRootCertSecretKey, as in ca.crt
{{- end -}}
{{- end -}}

{{/* Several pods on one database share it, the key, and the files. */}}
{{- define "labelkeep.check.pods" -}}
{{- $several := "" -}}
{{- if gt (int .Values.app.replicas) 1 }}{{- $several = printf "app.replicas: %d" (int .Values.app.replicas) }}{{- end -}}
{{- if include "labelkeep.workers" . }}{{- $several = "rqworker (with rqworker.separate or enterprise.enabled)" }}{{- end -}}
{{- if $several -}}
{{- if not (include "labelkeep.postgres" .) }}
{{ $several }}: several pods need PostgreSQL; name it in global.pgConfig (this chart brings none, postgresql.enabled has no effect), or run one pod
{{- end -}}
{{- if not .Values.global.masterKey.secretName }}
{{ $several }}: several pods share the key that seals secrets; make a Secret and name it in global.masterKey.secretName: kubectl create secret generic labelkeep-master-key --from-literal=master.key="labelkeep-key-1:$(openssl rand -base64 32)"
{{- end -}}
{{- if not (or (include "labelkeep.shared" .) (include "labelkeep.bucket" .)) }}
{{ $several }}: several pods share people's files; set global.persistence.type to s3, azure or gcs, or global.persistence.config.volume.accessModes to [ReadWriteMany]
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.check.files" -}}
{{- $persistence := .Values.global.persistence -}}
{{- if not $persistence.enabled -}}
{{- if not (include "labelkeep.postgres" .) }}
global.persistence.enabled: false would lose the SQLite database with every pod; leave it on, or name PostgreSQL in global.pgConfig
{{- else if not .Values.global.masterKey.secretName }}
global.persistence.enabled: false would lose the key that seals secrets with every pod; leave it on, or name a Secret in global.masterKey.secretName
{{- end -}}
{{- else -}}
{{- $needs := dict "s3" (list "bucket" "region") "azure" (list "containerName") "gcs" (list "bucket") -}}
{{- $type := $persistence.type -}}
{{- range $key := index $needs $type -}}
{{- if not (index (default dict (index $persistence.config $type)) $key) }}
global.persistence.config.{{ $type }}.{{ $key }} is missing, which global.persistence.type {{ $type }} needs
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A list that reaches a part without the volume that holds its files stops that part at its start. */}}
{{- define "labelkeep.check.certificates" -}}
{{- $parts := list "app" -}}
{{- if include "labelkeep.workers" . }}{{- $parts = append $parts "rqworker" }}{{- end -}}
{{- range $part := $parts -}}
{{- $mounts := index (index $.Values $part) "extraVolumeMounts" -}}
{{- if kindIs "slice" $mounts -}}
{{- $folders := list "/opt/heartex/secrets" "/label-studio/data" -}}
{{- range $mounts }}{{- $folders = append $folders .mountPath }}{{- end -}}
{{- range $file := $.Values.global.customCaCerts -}}
{{- $found := false -}}
{{- range $folders }}{{- if or (eq $file .) (hasPrefix (printf "%s/" (trimSuffix "/" .)) $file) }}{{- $found = true }}{{- end }}{{- end -}}
{{- if not $found }}
global.customCaCerts: {{ $file }} is below no mountPath of {{ $part }}.extraVolumeMounts; mount the Secret that has it there, as values-certificates.yaml shows
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.check.environment" -}}
{{- if .Values.global.envInjectSources }}
global.envInjectSources: there is no shell in the image that could read {{ first .Values.global.envInjectSources }}; give settings in extraEnvironmentVars, and secrets as files: every secret NAME may be NAME_FILE with the path of a file
{{- end -}}
{{- range $place, $wrapper := dict "global" .Values.global.cmdWrapper "app" .Values.app.cmdWrapper "rqworker" .Values.rqworker.cmdWrapper -}}
{{- if $wrapper }}
{{ $place }}.cmdWrapper: "{{ $wrapper }}": the image holds the program alone, nothing can be put before it; leave it out
{{- end -}}
{{- end -}}
{{- range $name, $_ := default dict .Values.global.featureFlags -}}
{{- if not (regexMatch "^(ff_|fflag_|fflag-)" $name) }}
global.featureFlags.{{ $name }}: names of flags begin with ff_, fflag_ or fflag-; settings belong into global.extraEnvironmentVars
{{- end -}}
{{- end -}}
{{- range $place, $vars := dict "global" .Values.global.extraEnvironmentVars "app" .Values.app.extraEnvironmentVars "rqworker" .Values.rqworker.extraEnvironmentVars -}}
{{- range $name, $value := default dict $vars -}}
{{- if regexMatch "^(?i)(ff_|fflag_|fflag-)" $name }}
{{ $place }}.extraEnvironmentVars.{{ $name }}: flags belong into global.featureFlags
{{- else if or (kindIs "map" $value) (kindIs "slice" $value) }}
{{ $place }}.extraEnvironmentVars.{{ $name }}: a text is needed; for a Secret use {{ $place }}.extraEnvironmentSecrets
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $place, $references := dict "global" .Values.global.extraEnvironmentSecrets "app" .Values.app.extraEnvironmentSecrets "rqworker" .Values.rqworker.extraEnvironmentSecrets -}}
{{- range $name, $reference := default dict $references -}}
{{- if not (and (kindIs "map" $reference) (get (kindIs "map" $reference | ternary $reference dict) "secretName") (get (kindIs "map" $reference | ternary $reference dict) "secretKey")) }}
{{ $place }}.extraEnvironmentSecrets.{{ $name }}: secretName and secretKey are needed
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.check.users" -}}
{{- range $part := list "app" "rqworker" -}}
{{- range $context := list "podSecurityContext" "containerSecurityContext" -}}
{{- $given := index (index $.Values $part) $context -}}
{{- if and $given.enabled (hasKey $given "runAsUser") (eq (int $given.runAsUser) 0) }}
{{ $part }}.{{ $context }}.runAsUser: 0 is root, which Labelkeep never needs; another number, or enabled: false where the platform chooses it
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
