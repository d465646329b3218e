{{- define "skg.name" -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{- end }}

{{- define "skg.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "skg.secret" -}}{{ .Values.s3.existingSecret | default (printf "%s-s3" (include "skg.name" .)) }}{{- end }}

{{/* Which image of the Dockerfile a stage has: render's follows the renderer. root, stage, values. */}}
{{- define "skg.target" -}}
{{- $renderer := index (.values.env | default dict) "SKG_RENDERER" | default .root.Values.renderer | default "collage" }}
{{- $draws := index (dict "collage" "render" "solid" "solid") $renderer | default "gpu" }}
{{- .values.target | default (ternary $draws "base" (eq .stage "render")) }}
{{- end }}

{{/* Its name: root, target. */}}
{{- define "skg.image" -}}
{{- with .root.Values.image }}{{ .repository }}:{{ .tag | default $.root.Chart.AppVersion }}-{{ $.target }}{{ end }}
{{- end }}
