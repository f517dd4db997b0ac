package files

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/handoff-bot/handoff/conversation"
)

// bucket keeps content in S3, or in what speaks its language. The bucket is never
// public: who may have a file is said by the doors.
type bucket struct {
	name, prefix string
	client       *minio.Client
}

// newBucket finds the credentials in the environment (AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY), in the file of the AWS programs, or on the machine.
func newBucket(p Place, transport http.RoundTripper) (*bucket, error) {
	c, err := minio.New(p.Endpoint, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
		}),
		Secure: !p.Plain, Region: p.Region, Transport: transport, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("storage.files: %w", err)
	}
	prefix := p.Prefix
	if prefix != "" {
		prefix += "/"
	}
	return &bucket{p.Bucket, prefix, c}, nil
}

func (b *bucket) put(ctx context.Context, id string, data []byte) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+id, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{
		ContentType: "application/octet-stream", // our own route says what it is
	})
	if err != nil {
		return fmt.Errorf("keep a file in the bucket: %w", err)
	}
	return nil
}

func (b *bucket) get(ctx context.Context, id string) (io.ReadCloser, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+id, minio.GetObjectOptions{})
	if err == nil {
		_, err = o.Stat() // only now it is asked for
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, conversation.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read a file from the bucket: %w", err)
	}
	return o, nil
}

// remove deletes; what is not there is deleted already.
func (b *bucket) remove(ctx context.Context, id string) error {
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+id, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete a file in the bucket: %w", err)
	}
	return nil
}

func (b *bucket) close() error { return nil }
