{{/*
What the program is told. Settings become variables; those that are secrets become files, and the variable NAME_FILE says where.
*/}}

{{/* A setting's name without the prefixes under which it may be given as well. */}}
{{- define "labelkeep.bare" -}}
{{- . | trimPrefix "LABEL_STUDIO_" | trimPrefix "HEARTEX_" -}}
{{- end -}}

{{/* Variables of the values, by their names: {root, part}. */}}
{{- define "labelkeep.given" -}}
{{- $values := index .root.Values .part -}}
{{- $given := dict -}}
{{- range $name, $value := default dict .root.Values.global.featureFlags }}{{- $_ := set $given $name (toString $value) }}{{- end -}}
{{- range $vars := list .root.Values.global.extraEnvironmentVars $values.extraEnvironmentVars -}}
{{- range $name, $value := default dict $vars }}{{- $_ := set $given ($name | upper | replace "." "_") (toString $value) }}{{- end -}}
{{- end -}}
{{- toYaml $given -}}
{{- end -}}

{{/* Variables of the values that are in Secrets: {root, part}. */}}
{{- define "labelkeep.references" -}}
{{- $values := index .root.Values .part -}}
{{- toYaml (merge dict (default dict $values.extraEnvironmentSecrets) (default dict .root.Values.global.extraEnvironmentSecrets)) -}}
{{- end -}}

{{/* The value of a setting as the values give it, in any of its spellings: {root, part, name}. */}}
{{- define "labelkeep.setting" -}}
{{- $given := fromYaml (include "labelkeep.given" .) -}}
{{- coalesce (index $given (printf "LABEL_STUDIO_%s" .name)) (index $given (printf "HEARTEX_%s" .name)) (index $given .name) | default "" -}}
{{- end -}}

{{/* Whether the values give a setting, be it by a Secret: {root, part, name}. */}}
{{- define "labelkeep.has" -}}
{{- $references := fromYaml (include "labelkeep.references" .) -}}
{{- $name := .name -}}
{{- if include "labelkeep.setting" . -}}true
{{- else -}}
{{- range $given, $_ := $references }}{{- if eq (include "labelkeep.bare" $given) $name }}true{{- end }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Whether the database is PostgreSQL. */}}
{{- define "labelkeep.postgres" -}}
{{- if or .Values.global.pgConfig.host (include "labelkeep.has" (dict "root" . "part" "app" "name" "POSTGRE_HOST")) (include "labelkeep.has" (dict "root" . "part" "app" "name" "DATABASE_URL")) -}}true{{- end -}}
{{- end -}}

{{/* Whether people's files lie in a bucket. */}}
{{- define "labelkeep.bucket" -}}
{{- if and .Values.global.persistence.enabled (ne .Values.global.persistence.type "volume") -}}true{{- end -}}
{{- end -}}

{{/* Whether the data folder is a volume that stays: for files, for SQLite, for a key that is made at the first start. */}}
{{- define "labelkeep.volume" -}}
{{- $needed := or (not (include "labelkeep.bucket" .)) (not (include "labelkeep.postgres" .)) (not .Values.global.masterKey.secretName) -}}
{{- if and .Values.global.persistence.enabled $needed -}}true{{- end -}}
{{- end -}}

{{/* Whether several pods may mount the data folder, or need not. */}}
{{- define "labelkeep.shared" -}}
{{- if or (not (include "labelkeep.volume" .)) (has "ReadWriteMany" .Values.global.persistence.config.volume.accessModes) -}}true{{- end -}}
{{- end -}}

{{/* Whether there are pods that only take jobs. */}}
{{- define "labelkeep.workers" -}}
{{- if and .Values.rqworker.enabled (or .Values.rqworker.separate .Values.enterprise.enabled) -}}true{{- end -}}
{{- end -}}

{{/* How many. Queues of Label Studio's chart become pods of the one queue there is. */}}
{{- define "labelkeep.workercount" -}}
{{- $sum := 0 -}}
{{- range $_, $queue := default dict .Values.rqworker.queues }}{{- $sum = add $sum (int (default 0 $queue.replicas)) }}{{- end -}}
{{- if ne (toString .Values.rqworker.replicas) "" -}}
{{- int .Values.rqworker.replicas -}}
{{- else -}}
{{- default 1 $sum -}}
{{- end -}}
{{- end -}}

{{/* The public address, where the values name one. */}}
{{- define "labelkeep.url" -}}
{{- $given := include "labelkeep.setting" (dict "root" . "part" "app" "name" "HOST") -}}
{{- if $given -}}
{{- $given | trimSuffix "/" -}}
{{- else if and .Values.app.ingress.enabled .Values.app.ingress.host -}}
https://{{ tpl .Values.app.ingress.host . }}
{{- end -}}
{{- end -}}

{{/*
All of it, as {variables: {NAME: text}, references: {NAME: {secretName, secretKey}}, secrets: {NAME: text}}, for {root, part}.
`secrets` are texts of the values that become files by a Secret of the chart.
*/}}
{{- define "labelkeep.settings" -}}
{{- $root := .root -}}
{{- $global := .root.Values.global -}}
{{- $values := index .root.Values .part -}}
{{- $variables := dict -}}
{{- $references := dict -}}
{{- $secrets := dict -}}
{{- /* What people may say otherwise. */ -}}
{{- $_ := set $variables "JSON_LOG" "true" -}}
{{- with $values.trustedProxies }}{{- $_ := set $variables "TRUSTED_PROXIES" (join "," .) }}{{- end -}}
{{- $hosts := list -}}
{{- range $root.Values.app.ingress.extraHosts }}{{- $hosts = append $hosts .name }}{{- end -}}
{{- with $hosts }}{{- $_ := set $variables "ALLOWED_HOSTS" (join "," .) }}{{- end -}}
{{- with $global.customCaCerts }}{{- $_ := set $variables "CUSTOM_CA_CERTS" (join "," .) }}{{- end -}}
{{- include "labelkeep.settings.database" (dict "root" $root "variables" $variables "references" $references) -}}
{{- include "labelkeep.settings.redis" (dict "root" $root "variables" $variables) -}}
{{- include "labelkeep.settings.files" (dict "root" $root "variables" $variables "references" $references "secrets" $secrets) -}}
{{- /* What the values give by name. A secret among them is a secret under each of its spellings. */ -}}
{{- $known := $root.Files.Lines "secret-settings.txt" -}}
{{- $owned := list "HOST" "PORT" "INTERNAL_HOST" "BASE_DATA_DIR" "TLS_MODE" "TLS_CERT_FILE" "TLS_KEY_FILE" "LABELKEEP_MONITORING_PORT" "LABELKEEP_MONITORING_HOST" "LABELKEEP_REDIRECT_PORT" "LABELKEEP_KEY_FILE" "LABELKEEP_LOCAL" -}}
{{- range $name, $value := fromYaml (include "labelkeep.given" .) -}}
{{- $bare := include "labelkeep.bare" $name -}}
{{- if has $bare $owned -}}
{{- else if has $bare $known -}}
{{- $_ := unset $references $bare -}}{{- $_ := set $secrets $name $value -}}
{{- else -}}
{{- $_ := set $variables $name $value -}}
{{- end -}}
{{- end -}}
{{- range $name, $reference := fromYaml (include "labelkeep.references" .) -}}
{{- $_ := unset $secrets $name -}}{{- $_ := unset $variables $name -}}
{{- $_ := set $references $name (dict "secretName" (tpl $reference.secretName $root) "secretKey" $reference.secretKey) -}}
{{- end -}}
{{- /* What the pod is built for. */ -}}
{{- $_ := set $variables "LABEL_STUDIO_BASE_DATA_DIR" "/label-studio/data" -}}
{{- $_ := set $variables "LABEL_STUDIO_PORT" "8080" -}}
{{- $_ := set $variables "LABEL_STUDIO_INTERNAL_HOST" (ternary "0.0.0.0" "127.0.0.1" (eq .part "app")) -}}
{{- $_ := set $variables "LABELKEEP_MONITORING_PORT" "9090" -}}
{{- $_ := set $variables "LABELKEEP_MONITORING_HOST" "0.0.0.0" -}}
{{- with include "labelkeep.url" $root }}{{- $_ := set $variables "LABEL_STUDIO_HOST" . }}{{- end -}}
{{- if and (eq .part "app") $values.tls.secretName -}}
{{- $_ := set $variables "LABEL_STUDIO_TLS_CERT_FILE" "/opt/labelkeep/secrets/tls.crt" -}}
{{- $_ := set $variables "LABEL_STUDIO_TLS_KEY_FILE" "/opt/labelkeep/secrets/tls.key" -}}
{{- end -}}
{{- if ne .part "app" -}}
{{- /* On loopback, where nobody asks: no certificate need be made, in a folder that many may share. */ -}}
{{- $_ := set $variables "LABEL_STUDIO_TLS_MODE" "proxy" -}}
{{- end -}}
{{- if $global.masterKey.secretName -}}
{{- $_ := set $variables "LABELKEEP_KEY_FILE" "/opt/labelkeep/secrets/master.key" -}}
{{- end -}}
{{- toYaml (dict "variables" $variables "references" $references "secrets" $secrets) -}}
{{- end -}}

{{- define "labelkeep.settings.database" -}}
{{- $config := .root.Values.global.pgConfig -}}
{{- $variables := .variables -}}
{{- if include "labelkeep.postgres" .root -}}
{{- $_ := set $variables "DJANGO_DB" "postgresql" -}}
{{- with $config.host }}{{- $_ := set $variables "POSTGRE_HOST" (tpl . $.root) }}{{- $_ := set $variables "POSTGRE_PORT" (toString $config.port) }}{{- end -}}
{{- with $config.dbName }}{{- $_ := set $variables "POSTGRE_NAME" (tpl . $.root) }}{{- end -}}
{{- with $config.userName }}{{- $_ := set $variables "POSTGRE_USER" (tpl . $.root) }}{{- end -}}
{{- with $config.password.secretName -}}
{{- $_ := set $.references "POSTGRE_PASSWORD" (dict "secretName" (tpl . $.root) "secretKey" $config.password.secretKey) -}}
{{- end -}}
{{- with $config.ssl.pgSslMode }}{{- $_ := set $variables "POSTGRE_SSL_MODE" . }}{{- end -}}
{{- if $config.ssl.pgSslSecretName -}}
{{- range $name, $key := dict "POSTGRE_SSLROOTCERT" $config.ssl.pgSslRootCertSecretKey "POSTGRE_SSLCERT" $config.ssl.pgSslCertSecretKey "POSTGRE_SSLKEY" $config.ssl.pgSslKeySecretKey -}}
{{- with $key }}{{- $_ := set $variables $name (printf "/opt/heartex/secrets/pg_certs/%s" .) }}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.settings.redis" -}}
{{- $ssl := default dict .root.Values.global.redisConfig.ssl -}}
{{- $variables := .variables -}}
{{- with $ssl.redisSslCertReqs }}{{- $_ := set $variables "REDIS_SSL_CERTS_REQS" . }}{{- end -}}
{{- if $ssl.redisSslSecretName -}}
{{- range $name, $key := dict "REDIS_SSL_CA_CERTS" $ssl.redisSslCaCertsSecretKey "REDIS_SSL_CERTFILE" $ssl.redisSslCertFileSecretKey "REDIS_SSL_KEYFILE" $ssl.redisSslKeyFileSecretKey -}}
{{- with $key }}{{- $_ := set $variables $name (printf "/opt/heartex/secrets/redis_certs/%s" .) }}{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A part of a store's configuration: from a Secret that is named beside it, else as it is: {store, key, name, …}. */}}
{{- define "labelkeep.settings.credential" -}}
{{- $existing := index .store (printf "%sExistingSecret" .key) -}}
{{- if $existing -}}
{{- $_ := set .references .name (dict "secretName" (tpl $existing .root) "secretKey" (index .store (printf "%sExistingSecretKey" .key))) -}}
{{- else -}}
{{- with index .store .key }}{{- $_ := set $.plain $.name . }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "labelkeep.settings.files" -}}
{{- $persistence := .root.Values.global.persistence -}}
{{- $variables := .variables -}}
{{- if include "labelkeep.bucket" .root -}}
{{- $store := index $persistence.config $persistence.type -}}
{{- $_ := set $variables "STORAGE_TYPE" $persistence.type -}}
{{- $names := dict -}}
{{- if eq $persistence.type "s3" -}}
{{- $names = dict "bucket" "STORAGE_AWS_BUCKET_NAME" "folder" "STORAGE_AWS_FOLDER" "region" "STORAGE_AWS_REGION_NAME" "endpointUrl" "STORAGE_AWS_ENDPOINT_URL" -}}
{{- with $store.objectParameters }}{{- $_ := set $variables "STORAGE_AWS_OBJECT_PARAMETERS" (toJson .) }}{{- end -}}
{{- include "labelkeep.settings.credential" (dict "root" .root "store" $store "key" "accessKey" "name" "STORAGE_AWS_ACCESS_KEY_ID" "references" .references "plain" $variables) -}}
{{- include "labelkeep.settings.credential" (dict "root" .root "store" $store "key" "secretKey" "name" "STORAGE_AWS_SECRET_ACCESS_KEY" "references" .references "plain" .secrets) -}}
{{- else if eq $persistence.type "azure" -}}
{{- $names = dict "containerName" "STORAGE_AZURE_CONTAINER_NAME" "folder" "STORAGE_AZURE_FOLDER" -}}
{{- include "labelkeep.settings.credential" (dict "root" .root "store" $store "key" "storageAccountName" "name" "STORAGE_AZURE_ACCOUNT_NAME" "references" .references "plain" $variables) -}}
{{- include "labelkeep.settings.credential" (dict "root" .root "store" $store "key" "storageAccountKey" "name" "STORAGE_AZURE_ACCOUNT_KEY" "references" .references "plain" .secrets) -}}
{{- else -}}
{{- $names = dict "bucket" "STORAGE_GCS_BUCKET_NAME" "folder" "STORAGE_GCS_FOLDER" "projectID" "STORAGE_GCS_PROJECT_ID" -}}
{{- include "labelkeep.settings.credential" (dict "root" .root "store" $store "key" "applicationCredentialsJSON" "name" "GOOGLE_APPLICATION_CREDENTIALS" "references" .references "plain" .secrets) -}}
{{- end -}}
{{- range $key, $name := $names }}{{- with index $store $key }}{{- $_ := set $variables $name (toString .) }}{{- end }}{{- end -}}
{{- end -}}
{{- end -}}
