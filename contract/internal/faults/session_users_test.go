package faults_test

import (
	"fmt"
	"net/url"
)

const everything = `{"id":"Ada","language":"de-CH","tz_offset":-3600,"firstname":" ada & <b> O'Neil \r\n","lastname":"Žofie é é 👩🏽‍🔬 ﷽ very long indeed",` +
	`"measurement_unit":"imperial","gender":"female","birthday":"1915-12-10","height":165.57,"weight":72.353535,` +
	`"thresholds":{"ftp":240.5,"lthr":168.25,"mhr":189},"location":{"lat":48.13743,"lon":11.57549},"coach_config":{"enabled":false}}`

func (s *session) users() {
	token := s.mint()
	created := s.json("POST", "/users", token, everything)
	if location := created.Header["Location"]; location != "" {
		s.get(location, token)
	}
	read := func() {
		s.get("/users/Ada", token)
		s.get("/users?limit=50", token)
	}
	read()
	s.do("HEAD", "/users/Ada", "", "Authorization", "Bearer "+token)
	s.do("HEAD", "/users", "", "Authorization", "Bearer "+token)
	s.json("POST", "/users", token, `{"id":"Ada","firstname":"Other"}`)
	read()
	for _, patch := range []string{
		`{"lastname":"Jones"}`, `{"thresholds":{"ftp":200}}`, `{"location":{"lat":1.5}}`, `{"firstname":null}`, `{}`,
		`{"id":"other"}`, `{"firstname":"A","height":"tall"}`, `{"firstname":"👩🏽‍🔬"}`,
	} {
		s.json("PATCH", "/users/Ada", token, patch)
		read()
	}
	for _, put := range []string{
		`{"id":"Ada","firstname":"B","weight":70.5,"tz_offset":7200,"thresholds":{"mhr":180}}`,
		`{"id":"Ada","firstname":"B","weight":70.5,"tz_offset":7200,"thresholds":{"mhr":180}}`,
		`{"firstname":"C"}`, `{"id":"v0"}`, `{"firstname":"D","height":"tall"}`,
		`{"x_unknown":1,"created_at":"2001-01-01T00:00:00Z","data_syncs":[{"provider":"GARMIN"}]}`,
	} {
		s.json("PUT", "/users/Ada", token, put)
		read()
	}
	s.json("PUT", "/users/nobody", token, `{"firstname":"N"}`)
	s.get("/users/nobody", token)
	s.json("PATCH", "/users/Ada", token, `{"lastname":"kept"}`)
	s.do("DELETE", "/users/Ada", "", "Authorization", "Bearer "+token)
	read()
	s.do("DELETE", "/users/Ada", "", "Authorization", "Bearer "+token)
	s.json("POST", "/users", token, `{"id":"Ada"}`)
	read()
	s.get("/users/Ad", token)
}

func (s *session) values() {
	token := s.mint()
	for i, body := range []string{
		`"firstname":"","height":0,"weight":0,"thresholds":{"ftp":0}`,
		`"firstname":"Zoë","birthday":"1990-04-23"`,
		`"firstname":"éa","weight":1e2`,
		`"tz_offset":2147483647`,
		`"gender":"other"`,
	} {
		s.json("POST", "/users", token, fmt.Sprintf(`{"id":"v%d",%s}`, i, body))
		s.get(fmt.Sprintf("/users/v%d", i), token)
	}
	for _, id := range []string{"a/b", " spaced ", "ü", "a+b", "%41", "100%"} {
		s.json("POST", "/users", token, fmt.Sprintf(`{"id":%q}`, id))
		s.get("/users/"+url.PathEscape(id), token)
		s.json("PATCH", "/users/"+url.PathEscape(id), token, `{"language":"en"}`)
		s.do("DELETE", "/users/"+url.PathEscape(id), "", "Authorization", "Bearer "+token)
	}
}

func (s *session) refusals() {
	token := s.mint()
	for _, body := range []string{
		`{`, `{}`, `{"id":""}`, `{"id":5}`, `{"id":"r1","height":"170"}`, `{"id":"r2","gender":"x"}`, `{"id":"r3","birthday":"1990-02-30"}`,
		`{"id":"r4"} {}`, `{"id":"r5","height":1e400}`, `{"id":"r6","tz_offset":2147483648}`,
	} {
		s.json("POST", "/users", token, body)
		s.json("PUT", "/users/v0", token, body)
		s.json("PATCH", "/users/v0", token, body)
		s.get("/users/v0", token)
	}
	s.get("/users?limit=100", token)
	s.do("POST", "/users", "", "Authorization", "Bearer "+token, "Content-Type", asJSON)
	s.do("POST", "/users", `{"id":"r7"}`, "Authorization", "Bearer "+token, "Content-Type", "text/plain")
	s.do("PATCH", "/users", `{}`, "Authorization", "Bearer "+token, "Content-Type", asJSON)
	s.do("GET", "/nope", "", "Authorization", "Bearer "+token)
	for _, query := range []string{"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1000", "limit=200", "page=mangled"} {
		s.get("/users?"+query, token)
	}
}

func (s *session) pages() {
	token := s.mint()
	for i := range 7 {
		s.json("POST", "/users", token, fmt.Sprintf(`{"id":"p%d"}`, i))
	}
	s.get("/users", token)
	for range 2 {
		page := ""
		for range 20 {
			r := s.get("/users?limit=3"+page, token)
			next := r.text("pagination", "next_page")
			if next == "" {
				break
			}
			page = "&page=" + url.QueryEscape(next)
			s.get("/users?limit=3"+page, token)
		}
	}
}

func (s *session) projects() {
	token := s.mint()
	foreign := s.mint(claim("project_id", s.srv.Other.ID), claim("aud", "urn:onvy:project:"+s.srv.Other.ID))
	s.get("/users", foreign)
	s.get("/users/p0", foreign)
	s.json("PATCH", "/users/p0", foreign, `{"firstname":"Mallory"}`)
	s.json("POST", "/users", foreign, `{"id":"p1"}`)
	s.do("DELETE", "/users/p0", "", "Authorization", "Bearer "+foreign)
	s.get("/users/p0", token)
	first := s.get("/users?limit=2", token)
	s.get("/users?page="+url.QueryEscape(first.text("pagination", "next_page")), foreign)
	s.get("/users?limit=50", foreign)
}
