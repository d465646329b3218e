{{/* Secrets and ConfigMaps that the values name and somebody else makes: a changed one restarts the pods at the next upgrade. */}}

{{/* Those of one stage, each as [kind, name]. root, asks, store, draws. */}}
{{- define "skg.named.sources" -}}
{{- $values := .root.Values -}}
{{- $files := list $values.kafka.caFrom -}}
{{- $secrets := list $values.kafka.certSecret -}}
{{- if include "skg.logs.in" .root }}{{ $secrets = append $secrets $values.kafka.existingSecret }}{{ end -}}
{{- if .store }}
{{- $files = append $files $values.s3.caFrom }}
{{- $secrets = append $secrets $values.s3.existingSecret }}
{{- end }}
{{- if .asks }}{{ $secrets = append $secrets (index $values .asks).existingSecret }}{{ end -}}
{{- if .draws }}{{ $secrets = append $secrets ($values.modelCache).tokenSecret }}{{ end -}}
{{- range compact $files }}
{{- with .secret }}
- [Secret, {{ . }}]
{{- end }}
{{- with .configMap }}
- [ConfigMap, {{ . }}]
{{- end }}
{{- end }}
{{- range compact $secrets }}
- [Secret, {{ . }}]
{{- end }}
{{- end }}

{{/* What is in them: nothing where no cluster is asked, as by `helm template`. root, named. */}}
{{- define "skg.contents" -}}
{{- range .named }}
{{- $found := lookup "v1" (index . 0) $.root.Release.Namespace (index . 1) | default dict }}
{{- join "/" . }} {{ toJson (list $found.data $found.binaryData) }}
{{ end }}
{{- end }}
