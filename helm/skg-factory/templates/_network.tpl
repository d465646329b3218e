{{/* One rule of a NetworkPolicy. peers (none: any), ports, side ("to" or "from"). */}}
{{- define "skg.rule" -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- with .peers }}
  {{ $.side }}: {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* The port of a URL. */}}
{{- define "skg.url.port" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}

{{/* Ports of what a stage may need, as a list: broker, store, llm, mllm. root, need. */}}
{{- define "skg.ports" -}}
{{- $values := .root.Values -}}
{{- $ports := list -}}
{{- if eq .need "broker" -}}
{{- range splitList "," $values.kafka.bootstrap }}{{ $ports = append $ports (regexFind "[0-9]+$" . | default "9092") }}{{ end -}}
{{- $ports = concat $ports (($values.network).brokerPorts | default list) -}}
{{- else if eq .need "store" -}}
{{- $ports = list (include "skg.url.port" ($values.s3.endpoint | default "https://s3")) -}}
{{- else -}}
{{- $asked := index $values .need | default dict -}}
{{- range compact (list $asked.url $asked.checkUrl) }}{{ $ports = append $ports (include "skg.url.port" .) }}{{ end -}}
{{- end -}}
{{- range $ports }}
- {{ . }}
{{- end }}
{{- end }}
