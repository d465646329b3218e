{{/* How a process starts, shows that it is well, and ends. */}}

{{- define "skg.command" -}}
{{- if eq .stage "gallery" -}}
[skg, gallery, --host, 0.0.0.0, --port, "8765", {{ ternary "--feed" "--no-feed" (.values.feed | default false) }}]
{{- else -}}
[skg, {{ .stage }}]
{{- end }}
{{- end }}

{{/* What a stage plans for or draws with; nothing where its `env` says so. Agents and render must agree. */}}
{{- define "skg.renderer" -}}
{{- $common := .root.Values.renderer | default "" }}
{{- $found := dict }}
{{- range $stage := list "agents" "render" }}
{{- $_ := set $found $stage (index ((index $.root.Values.stages $stage).env | default dict) "SKG_RENDERER" | default $common) }}
{{- end }}
{{- if ne $found.agents $found.render }}
{{- fail (printf "agents plan for %s and render draws with %s: set renderer, which both share" $found.agents $found.render) }}
{{- end }}
{{- if not (hasKey (.values.env | default dict) "SKG_RENDERER") }}{{ $common }}{{ end }}
{{- end }}

{{/* Seconds from SIGTERM to SIGKILL: the work in flight, leaving the group, and 5 more. */}}
{{- define "skg.grace" -}}
{{- if has .stage (list "agents" "render" "examine" "write") }}
{{- $agents := eq .stage "agents" }}
{{- $env := .values.env | default dict }}
{{- $drain := index $env (ternary "SKG_AGENTS_DRAIN_S" "SKG_DRAIN_S" $agents) | default (ternary "20" "30" $agents) }}
{{- $least := add (ceil (float64 $drain)) (ternary 30 20 $agents) }}
{{- $given := int (.values.graceSeconds | default $least) }}
{{- if lt $given (int $least) }}
{{- fail (printf "stages.%s.graceSeconds is below %d: work in flight may take %s s after SIGTERM, and leaving the group some more" .stage (int $least) $drain) }}
{{- end }}
{{- $given }}
{{- else }}
{{- .values.graceSeconds | default 30 }}
{{- end }}
{{- end }}

{{- define "skg.probes" -}}
{{- $bound := .values.startupSeconds | default .root.Values.startupSeconds | default 120 }}
{{- $page := "/assets/gallery.css" }}
{{- $asked := dict "name" "metrics" "port" .root.Values.metrics.port "alive" "/healthz" "ready" "/readyz" }}
{{- $asked = ternary (dict "name" "http" "port" 8765 "alive" $page "ready" $page) $asked (eq .stage "gallery") -}}
ports:
  - {name: {{ $asked.name }}, containerPort: {{ $asked.port }}}
startupProbe:
  {{- if eq .stage "gallery" }}
  tcpSocket: {port: http}
  {{- else }}
  httpGet: {path: {{ $asked.alive }}, port: metrics}
  {{- end }}
  periodSeconds: 2
  failureThreshold: {{ max 1 (div (add (int $bound) 1) 2) }}
livenessProbe:
  httpGet: {path: {{ $asked.alive }}, port: {{ $asked.name }}}
  periodSeconds: 15
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: {{ $asked.ready }}, port: {{ $asked.name }}}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}

{{/* Where models that are downloaded are kept, and the token that fetches them. */}}
{{- define "skg.cache.env" -}}
{{- $cache := .Values.modelCache | default dict }}
{{- if $cache.claim }}
- {name: HF_HOME, value: /models/huggingface}
- {name: SKG_MODEL_CACHE, value: /models/tiny}
{{- end }}
{{- with $cache.tokenSecret }}
- {name: HF_TOKEN, valueFrom: {secretKeyRef: {name: {{ . }}, key: token}}}
{{- end }}
{{- end }}
