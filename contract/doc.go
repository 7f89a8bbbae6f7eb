// Package contract checks exchanges with the ONVY Health API against openapi.yaml.
package contract
