{{/* Environment of the stages that ask models, and the Secrets and the price list that it names. */}}

{{- define "skg.llm" -}}
- {name: SKG_LLM_URL, value: {{ .Values.llm.url | quote }}}
- {name: SKG_LLM_MODEL, value: {{ required "llm.model is empty: name the model at llm.url" .Values.llm.model | quote }}}
{{- with .Values.llm.maxTokens }}
- {name: SKG_LLM_MAX_TOKENS, value: {{ . | int64 | quote }}}
{{- end }}
{{- with .Values.llm.callMaxTokens }}
- {name: SKG_LLM_CALL_MAX_TOKENS, value: {{ . | int64 | quote }}}
{{- end }}
{{- with .Values.llm.callMaxTokensByStage }}
{{- $limits := list }}
{{- range $stage, $limit := . }}{{ $limits = append $limits (printf "%s=%d" $stage (int64 $limit)) }}{{ end }}
- {name: SKG_LLM_CALL_MAX_TOKENS_BY_STAGE, value: {{ join "," $limits | quote }}}
{{- end }}
{{- if or .Values.llm.existingSecret .Values.llm.apiKey }}
- {name: SKG_LLM_API_KEY_FILE, value: /etc/skg-access/llm-api-key}
{{- end }}
{{- end }}

{{- define "skg.mllm" -}}
{{- $given := .Values.mllm -}}
{{- if not (or $given.checkModel $given.checkUrl $given.sameModel) -}}
{{- fail "mllm.checkModel is empty: name another model that checks the first one's questions, or set mllm.sameModel=true" -}}
{{- end -}}
- {name: SKG_MLLM_URL, value: {{ $given.url | quote }}}
- {name: SKG_MLLM_MODEL, value: {{ required "mllm.model is empty: name the model at mllm.url" $given.model | quote }}}
{{- with $given.checkModel }}
- {name: SKG_MLLM_CHECK_MODEL, value: {{ . | quote }}}
{{- end }}
{{- with $given.checkUrl }}
- {name: SKG_MLLM_CHECK_URL, value: {{ . | quote }}}
{{- end }}
{{- if $given.sameModel }}
- {name: SKG_MLLM_SAME_MODEL, value: "true"}
{{- end }}
{{- with $given.callMaxTokens }}
- {name: SKG_MLLM_CALL_MAX_TOKENS, value: {{ . | int64 | quote }}}
{{- end }}
- {name: SKG_MLLM_IMAGES, value: {{ $given.images | default "data" | quote }}}
{{- if or $given.existingSecret $given.apiKey }}
- {name: SKG_MLLM_API_KEY_FILE, value: /etc/skg-access/mllm-api-key}
{{- end }}
{{- if $given.existingSecret }}
- name: SKG_MLLM_CHECK_API_KEY  # not a file: whether the Secret has one is known to Kubernetes alone
  valueFrom: {secretKeyRef: {name: {{ $given.existingSecret }}, key: check-api-key, optional: true}}
{{- else if $given.checkApiKey }}
- {name: SKG_MLLM_CHECK_API_KEY_FILE, value: /etc/skg-access/mllm-check-api-key}
{{- end }}
{{- end }}

{{- define "skg.secret.llm" -}}{{ .Values.llm.existingSecret | default (printf "%s-llm" (include "skg.name" .)) }}{{- end }}

{{- define "skg.secret.mllm" -}}{{ .Values.mllm.existingSecret | default (printf "%s-mllm" (include "skg.name" .)) }}{{- end }}

{{/* What a stage asks: "llm", "mllm", or nothing. */}}
{{- define "skg.asks" -}}
{{- if and (eq .stage "agents") (.root.Values.llm).url }}llm{{ end }}
{{- if and (eq .stage "examine") (.root.Values.mllm).url }}mllm{{ end }}
{{- end }}
