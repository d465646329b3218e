{{/* What a stage's `pod` says of its pods, and else what `pods` says. Maps are put together, lists are taken whole. */}}
{{- define "skg.pod" -}}
{{- $found := dict }}
{{- $own := .values.pod | default dict }}
{{- range $name, $common := .root.Values.pods | default dict }}
{{- $mine := index $own $name }}
{{- if and (kindIs "map" $mine) (kindIs "map" $common) }}
{{- $_ := set $found $name (merge (deepCopy $mine) (deepCopy $common)) }}
{{- else }}
{{- $_ := set $found $name ($mine | default $common) }}
{{- end }}
{{- end }}
{{- merge $found (deepCopy $own) | toYaml }}
{{- end }}

{{/* The part of a pod's spec that says where it runs. */}}
{{- define "skg.pod.placement" -}}
{{- range $name := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "imagePullSecrets" "priorityClassName" "runtimeClassName" }}
{{- with index $ $name }}
{{ $name }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
