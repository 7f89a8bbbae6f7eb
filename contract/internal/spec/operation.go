package spec

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Role is what an operation does to a resource.
type Role uint8

const (
	None Role = iota // nothing that is known
	Create
	Read
	Replace
	Patch
	Delete
	List
	Token // gives a token; not of a resource
)

var roleNames = [...]string{"none", "create", "read", "replace", "patch", "delete", "list", "token"}

func (r Role) String() string { return roleNames[r] }

// ForServers reports whether an operation is where a client with a secret gets its
// tokens, as JSON.
func (o *Operation) ForServers() bool {
	return o.Role == Token && o.Basic && o.Media == "application/json"
}

// Operation is what the spec says of one operation.
type Operation struct {
	ID, Method, Path string
	Place            string // "openapi.yaml:60:5"
	Role             Role
	Resource         *Resource             // nil for Token and None
	Source           string                // x-onvy-source; "" for none of its own
	Scope            string                // x-onvy-scope, or that of its security; "" for none
	Bearer           bool                  // needs an access token
	Basic            bool                  // may take the credentials of a client
	Grants           []Grant               // of a token endpoint
	Vars             []string              // names of the path parameters, in their order
	Required         []*openapi3.Parameter // of query and header
	Media            string                // content type of the request body; "" for none
	Body             *openapi3.SchemaRef
	Success          int              // the first 2xx that is documented; 0 for none
	Answer           *openapi3.Schema // JSON of the first 2xx that has one; nil for none
	Page             *Page            // of a List
	Doc              *openapi3.Operation
}

// Grant is a way to get a token (RFC 6749, RFC 8693).
type Grant string

const (
	ClientCredentials Grant = "client_credentials"
	RefreshToken      Grant = "refresh_token"
	TokenExchange     Grant = "token_exchange"
)

var grantNames = []Grant{ClientCredentials, RefreshToken, TokenExchange}

// Takes reports whether a token endpoint takes a grant.
func (o *Operation) Takes(g Grant) bool { return slices.Contains(o.Grants, g) }

// Sent is the schema of the request body; nil for none.
func (o *Operation) Sent() *openapi3.Schema {
	if o == nil || o.Body == nil {
		return nil
	}
	return o.Body.Value
}

// Param is a parameter of the query; nil for none.
func (o *Operation) Param(name string) *openapi3.Parameter {
	for _, ref := range o.Doc.Parameters {
		if ref.Value != nil && ref.Value.In == openapi3.ParameterInQuery && ref.Value.Name == name {
			return ref.Value
		}
	}
	return nil
}

func readOperation(doc *openapi3.T, path, method string, item *openapi3.PathItem, op *openapi3.Operation) (*Operation, error) {
	o := &Operation{
		ID: op.OperationID, Method: method, Path: path, Place: Place(op.Origin, ""), Doc: op,
		Source: mark(op.Extensions, "x-onvy-source"), Scope: mark(op.Extensions, "x-onvy-scope"), Vars: vars(path),
	}
	for _, ref := range slices.Concat(item.Parameters, op.Parameters) {
		v := ref.Value
		if v != nil && v.Required && v.Schema != nil && (v.In == openapi3.ParameterInQuery || v.In == openapi3.ParameterInHeader) {
			o.Required = append(o.Required, v)
		}
	}
	o.readBody()
	for status := 200; status < 300; status++ {
		ref := op.Responses.Status(status)
		if ref == nil {
			continue
		}
		if o.Success == 0 {
			o.Success = status
		}
		if schema := Schema(ref); o.Answer == nil && schema != nil {
			o.Answer = schema
		}
	}
	o.readSecurity(doc)
	return o, o.readGrants()
}

func (o *Operation) readBody() {
	if o.Doc.RequestBody == nil || o.Doc.RequestBody.Value == nil {
		return
	}
	content := o.Doc.RequestBody.Value.Content
	kinds := slices.Sorted(maps.Keys(content))
	if slices.Contains(kinds, "application/json") {
		kinds = []string{"application/json"}
	}
	if len(kinds) > 0 {
		o.Media, o.Body = kinds[0], content[kinds[0]].Schema
	}
}

func (o *Operation) readSecurity(doc *openapi3.T) {
	security := doc.Security
	if o.Doc.Security != nil {
		security = *o.Doc.Security
	}
	for _, requirement := range security {
		for name, scopes := range requirement {
			if doc.Components == nil || doc.Components.SecuritySchemes[name] == nil {
				continue
			}
			switch scheme := doc.Components.SecuritySchemes[name].Value; {
			case scheme.Type == "oauth2" || scheme.Type == "openIdConnect":
				o.Bearer = true
				if o.Scope == "" && len(scopes) > 0 {
					o.Scope = scopes[0]
				}
			case strings.EqualFold(scheme.Scheme, "bearer"):
				o.Bearer = true
			case strings.EqualFold(scheme.Scheme, "basic"):
				o.Basic = true
			}
		}
	}
}

// readGrants finds out whether the operation gives tokens: by its mark, or
// because its answer has what RFC 6749, 5.1 demands of a token.
func (o *Operation) readGrants() error {
	given, marked := o.Doc.Extensions["x-onvy-grant"]
	shown := Properties(o.Answer)
	gives := o.Method == http.MethodPost && shown["access_token"] != nil && shown["token_type"] != nil
	switch {
	case !marked && !gives:
		return nil
	case marked && !gives:
		return placed(Place(o.Doc.Origin, "x-onvy-grant"), "%s has x-onvy-grant and documents no answer with access_token and token_type", o.ID)
	case marked:
		for _, name := range words(given) {
			if !slices.Contains(grantNames, Grant(name)) {
				return placed(Place(o.Doc.Origin, "x-onvy-grant"), "x-onvy-grant of %s is not of client_credentials, refresh_token, token_exchange", o.ID)
			}
			o.Grants = append(o.Grants, Grant(name))
		}
	default:
		for _, value := range EnumOf(Properties(o.Sent())["grant_type"]) {
			name, _ := value.(string)
			if i := strings.LastIndexByte(name, ':'); i >= 0 { // a URN
				name = strings.ReplaceAll(name[i+1:], "-", "_")
			}
			if slices.Contains(grantNames, Grant(name)) {
				o.Grants = append(o.Grants, Grant(name))
			}
		}
	}
	o.Role = Token
	return nil
}

// words are the parts of a mark that is a text or a list of texts.
func words(value any) (all []string) {
	switch value := value.(type) {
	case string:
		return strings.Fields(value)
	case []any:
		for _, part := range value {
			text, _ := part.(string)
			all = append(all, text)
		}
	}
	return all
}

// vars are the names of the parameters of a path template.
func vars(path string) (names []string) {
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}
