{{/* Keys, passwords and certificates: files of one volume, from Secrets and ConfigMaps; settings name the files. */}}

{{- define "skg.secret.kafka" -}}{{ .Values.kafka.existingSecret | default (printf "%s-kafka" (include "skg.name" .)) }}{{- end }}

{{/* "yes" where a user logs in at the broker. */}}
{{- define "skg.logs.in" -}}{{- if hasPrefix "SASL" (.Values.kafka.security | default "PLAINTEXT") }}yes{{ end }}{{- end }}

{{- define "skg.by.token" -}}{{- if eq (.Values.kafka.saslMechanism | default "") "OAUTHBEARER" }}yes{{ end }}{{- end }}

{{/* "yes" where the store's keys are in a Secret; without one AWS's chain finds them, as by the service account's role. */}}
{{- define "skg.has.keys" -}}{{- if or .Values.s3.existingSecret .Values.s3.accessKey }}yes{{ end }}{{- end }}

{{/* One file of a Secret or a ConfigMap: from, key, path. */}}
{{- define "skg.file" -}}
- {{ ternary "secret" "configMap" (not (empty .from.secret)) }}:
    name: {{ .from.secret | default .from.configMap | required (printf "%s: name a secret or a configMap" .what) }}
    items: [{key: {{ .from.key | default "ca.crt" }}, path: {{ .path }}}]
{{- end }}

{{/* Environment that names the files. root, stage, asks. */}}
{{- define "skg.access.env" -}}
{{- $values := .root.Values -}}
{{- if include "skg.logs.in" .root }}
{{- if include "skg.by.token" .root }}
- {name: SKG_KAFKA_TOKEN_FILE, value: /etc/skg-access/kafka-token}
{{- else }}
- {name: SKG_KAFKA_PASSWORD_FILE, value: /etc/skg-access/kafka-password}
{{- end }}
{{- end }}
{{- if $values.kafka.caFrom }}
- {name: SKG_KAFKA_CA_FILE, value: /etc/skg-access/kafka-ca.crt}
{{- end }}
{{- if $values.kafka.certSecret }}
- {name: SKG_KAFKA_CERT_FILE, value: /etc/skg-access/kafka-tls.crt}
- {name: SKG_KAFKA_KEY_FILE, value: /etc/skg-access/kafka-tls.key}
{{- end }}
{{- if .store }}
{{- if include "skg.has.keys" .root }}
- {name: SKG_S3_ACCESS_KEY_FILE, value: /etc/skg-access/s3-access-key}
- {name: SKG_S3_SECRET_KEY_FILE, value: /etc/skg-access/s3-secret-key}
{{- end }}
{{- if $values.s3.caFrom }}
- {name: SKG_S3_CA_FILE, value: /etc/skg-access/s3-ca.crt}
{{- end }}
{{- end }}
{{- end }}

{{/* The files. root, stage, asks, store. */}}
{{- define "skg.access.sources" -}}
{{- $values := .root.Values -}}
{{- if include "skg.logs.in" .root }}
{{- $key := ternary "token" "password" (eq (include "skg.by.token" .root) "yes") }}
- secret:
    name: {{ include "skg.secret.kafka" .root }}
    items: [{key: {{ $key }}, path: kafka-{{ $key }}}]
{{- end }}
{{- with $values.kafka.caFrom }}
{{ include "skg.file" (dict "from" . "path" "kafka-ca.crt" "what" "kafka.caFrom") }}
{{- end }}
{{- with $values.kafka.certSecret }}
- secret:
    name: {{ . }}
    items: [{key: tls.crt, path: kafka-tls.crt}, {key: tls.key, path: kafka-tls.key}]
{{- end }}
{{- if .store }}
{{- if include "skg.has.keys" .root }}
- secret:
    name: {{ include "skg.secret" .root }}
    items: [{key: access-key, path: s3-access-key}, {key: secret-key, path: s3-secret-key}]
{{- end }}
{{- with $values.s3.caFrom }}
{{ include "skg.file" (dict "from" . "path" "s3-ca.crt" "what" "s3.caFrom") }}
{{- end }}
{{- end }}
{{- if .asks }}
{{- $given := index $values .asks }}
{{- if or $given.existingSecret $given.apiKey }}
- secret:
    name: {{ include (print "skg.secret." .asks) .root }}
    items: [{key: api-key, path: {{ .asks }}-api-key}]
{{- end }}
{{- if and $given.checkApiKey (not $given.existingSecret) }}
- secret:
    name: {{ include (print "skg.secret." .asks) .root }}
    items: [{key: check-api-key, path: {{ .asks }}-check-api-key}]
{{- end }}
{{- end }}
{{- end }}
