package files

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Place is where content is kept: the setting storage.files, read.
type Place struct {
	Folder string // of file://, counted from the working directory

	Bucket, Prefix   string // of s3://
	Endpoint, Region string // Endpoint is host and port
	Plain            bool   // http, which only loopback may be
}

// ParsePlace reads file://FOLDER or s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME].
// Credentials of S3 are no part of it: they are found as its other programs find
// them.
func ParsePlace(setting string) (Place, error) {
	scheme, rest, ok := strings.Cut(setting, "://")
	switch {
	case ok && scheme == "file" && rest != "" && !strings.ContainsRune(rest, 0):
		return Place{Folder: rest}, nil
	case ok && scheme == "s3":
		return parseBucket(setting)
	}
	return Place{}, fmt.Errorf("storage.files is neither file:// and a folder nor s3:// and a bucket")
}

func parseBucket(setting string) (Place, error) {
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" || u.User != nil {
		return Place{}, fmt.Errorf("storage.files does not name a bucket as s3://bucket")
	}
	p := Place{Bucket: u.Host, Prefix: strings.Trim(u.Path, "/"), Endpoint: "s3.amazonaws.com"}
	for name, values := range u.Query() {
		switch name {
		case "region":
			p.Region = values[0]
		case "endpoint":
			if err := p.endpoint(values[0]); err != nil {
				return Place{}, err
			}
		default:
			return Place{}, fmt.Errorf("storage.files has %q behind the bucket; endpoint and region may stand there", name)
		}
	}
	return p, nil
}

func (p *Place) endpoint(address string) error {
	e, err := url.Parse(address)
	if err != nil || e.Host == "" || strings.Trim(e.Path, "/") != "" || e.User != nil || e.Scheme != "https" && e.Scheme != "http" {
		return fmt.Errorf("the endpoint in storage.files is not an address such as https://s3.example.com")
	}
	if ip := net.ParseIP(e.Hostname()); e.Scheme == "http" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("the endpoint in storage.files is plain http: files would travel in the clear; use https")
	}
	p.Endpoint, p.Plain = e.Host, e.Scheme == "http"
	return nil
}
