{{/* Keys of Label Studio's chart that somebody has set and that mean nothing here, a line each. */}}
{{- define "labelkeep.passedover" -}}
{{- if include "labelkeep.foreignimage" (default dict .Values.global.image).repository }}
- global.image: it names the image of Label Studio; the image of Labelkeep is named in image
{{- end }}
{{- if (default dict .Values.postgresql).enabled }}
- postgresql: the chart brings no database{{ if not (include "labelkeep.postgres" .) }}; SQLite is used{{ end }}
{{- end }}
{{- if or (default dict .Values.redis).enabled .Values.global.redisConfig.host }}
- redis, global.redisConfig.host and .password: jobs are in the database
{{- end }}
{{- if ((.Values.app).streamer).enabled }}
- app.streamer: the program sends events itself
{{- end }}
{{- if or (.Values.app.rbac).create (.Values.rqworker.rbac).create }}
- rbac: nothing here talks to Kubernetes
{{- end }}
{{- if (default dict .Values.migrationJob).enabled }}
- migrationJob: the program brings its database up to date when it starts
{{- end }}
{{- if (default dict .Values.rqcron).enabled }}
- rqcron: schedules are in the program
{{- end }}
{{- if (default dict .Values.cronjob).enabled }}
- cronjob: commands of Label Studio; none of them is in the image
{{- end }}
{{- if (default dict .Values.rqworker.autoscaling).enabled }}
- rqworker.autoscaling: there is no list in Redis to scale by; rqworker.replicas says how many
{{- end }}
{{- if (.Values.metrics.uwsgiExporter).enabled }}
- metrics.uwsgiExporter: metrics come from the program
{{- end }}
{{- if ((.Values.enterprise).enterpriseLicense).secretName }}
- enterprise.enterpriseLicense: there is no licence
{{- end }}
{{- end -}}
