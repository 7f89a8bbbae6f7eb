package contract

import (
	"strings"
)

// curl writes a command that makes the request of a call again. Secrets, ids
// and bodies are placeholders: the names of the shell variables say what to put
// there.
func curl(c *call) string {
	var b strings.Builder
	b.WriteString("curl -sS -X " + c.x.Request.Method)
	path := "/…"
	if c.op != nil {
		path = strings.NewReplacer("{project_id}", "$ONVY_PROJECT_ID", "{user_id}", "$USER_ID").Replace(c.op.path)
	}
	if c.hasParam("limit") {
		path += "?limit=" + safeQuery(c.param("limit"))
	}
	if c.hasParam("page") {
		path += map[bool]string{true: "&", false: "?"}[c.hasParam("limit")] + "page=$PAGE"
	}
	b.WriteString(` "$ONVY_BASE_URL` + path + `"`)
	switch scheme, _ := c.x.Request.credentials(); scheme {
	case "bearer":
		b.WriteString(` -H "Authorization: Bearer $ACCESS_TOKEN"`)
	case "basic":
		b.WriteString(` -u "$ONVY_CLIENT_ID:$ONVY_CLIENT_SECRET"`)
	}
	if len(c.x.Request.Body) > 0 {
		contentType := printable(c.x.Request.Header.Get("Content-Type"))
		b.WriteString(` -H "Content-Type: ` + contentType + `" -d "$BODY"`)
	}
	return b.String()
}

// safeQuery keeps a limit that is short; anything else could be data.
func safeQuery(limit string) string {
	if len(limit) > 5 || strings.Trim(limit, "-0123456789") != "" {
		return "$LIMIT"
	}
	return limit
}
