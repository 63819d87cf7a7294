{{/* Ways out: which ports are open to whom. */}}

{{/* Every address but those where clouds hand out credentials: the list of crates/net/src/address.rs. */}}
{{- define "labelkeep.anywhere" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: [169.254.0.0/16, 168.63.129.16/32, 100.100.100.200/32, 192.0.0.192/32]
- ipBlock:
    cidr: ::/0
    except: ["fe80::/10", "fd00:ec2::254/128", "fd00:ec2::23/128", "fd20:ce::254/128"]
{{- end -}}

{{/* The port of a URL, where it names one. */}}
{{- define "labelkeep.port" -}}
{{- with . -}}
{{- with (urlParse .).host -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* {what: {ports, peers}}; without peers to everywhere. */}}
{{- define "labelkeep.ways" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $ways := dict "TLS to the world" (dict "ports" (list 443)) -}}
{{- if include "labelkeep.postgres" . -}}
{{- $url := include "labelkeep.setting" (dict "root" . "part" "app" "name" "DATABASE_URL") -}}
{{- $port := coalesce (include "labelkeep.setting" (dict "root" . "part" "app" "name" "POSTGRE_PORT")) (include "labelkeep.port" $url) .Values.global.pgConfig.port -}}
{{- $_ := set $ways "the database" (dict "ports" (list (int $port)) "peers" $policy.databaseTo) -}}
{{- end -}}
{{- if or $policy.redis.enabled .Values.global.redisConfig.host -}}
{{- $port := coalesce (include "labelkeep.port" .Values.global.redisConfig.host) $policy.redis.port -}}
{{- $_ := set $ways "Redis" (dict "ports" (list (int $port)) "peers" $policy.redisTo) -}}
{{- end -}}
{{- if eq .Values.global.persistence.type "s3" -}}
{{- with include "labelkeep.port" (default "" (.Values.global.persistence.config.s3).endpointUrl) -}}
{{- $_ := set $ways "the bucket" (dict "ports" (list (int .))) -}}
{{- end -}}
{{- end -}}
{{- if include "labelkeep.has" (dict "root" . "part" "app" "name" "EMAIL_HOST") -}}
{{- $port := include "labelkeep.setting" (dict "root" . "part" "app" "name" "EMAIL_PORT") -}}
{{- $_ := set $ways "mail" (dict "ports" (ternary (list (int $port)) (list 465 587) (ne $port ""))) -}}
{{- end -}}
{{- toYaml $ways -}}
{{- end -}}
