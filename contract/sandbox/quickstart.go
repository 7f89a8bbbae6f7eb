package sandbox

import "strings"

// Quickstart returns the curl lines of ONVY's quickstart for this server and
// its project, ready to be pasted into a shell: a token, a user, the list. The
// server has to listen.
func (s *Server) Quickstart() string {
	return strings.NewReplacer(
		"{base_url}", shellQuote(s.URL),
		"{project_id}", shellQuote(s.Project.ID),
		"{client_id}", shellQuote(s.Project.ClientID),
		"{client_secret}", shellQuote(s.Project.ClientSecret.Reveal()),
		"{sdk_client_id}", s.Project.SDKClientID,
	).Replace(quickstart)
}

// shellQuote makes one word of any value for a POSIX shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

const quickstart = `BASE_URL={base_url}
PROJECT_ID={project_id}
CLIENT_ID={client_id}
CLIENT_SECRET={client_secret}

# A token, good for the scopes asked for
curl -sS -X POST "$BASE_URL/v1/projects/$PROJECT_ID/auth/server" \
  -u "$CLIENT_ID:$CLIENT_SECRET" \
  -H "Content-Type: application/json" \
  -d '{"scope":"users:create users:read"}'

# Paste the access_token here
ACCESS_TOKEN="eyJ..."

# Create a user
curl -sS -X POST "$BASE_URL/users" \
  -H "Authorization: Bearer $ACCESS_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{
    "id": "user_123",
    "firstname": "Avery",
    "lastname": "Smith",
    "language": "en",
    "measurement_unit": "metric",
    "tz_offset": 3600
  }'

# List users
curl -sS "$BASE_URL/users?limit=10" \
  -H "Authorization: Bearer $ACCESS_TOKEN"
`
