package files

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"

	"github.com/handoff-bot/handoff/files/ledger"
)

// jpegQuality is that of a picture that is written anew: a second pass is not
// seen.
const jpegQuality = 88

func damaged() error { return &ledger.Refusal{Why: ledger.Damaged} }

// measured refuses a picture before anything is decoded of it.
func measured(c image.Config, err error) error {
	switch {
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return damaged()
	case c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels:
		return &ledger.Refusal{Why: ledger.TooLarge}
	}
	return nil
}

func readPNG(data []byte) (taken, error) {
	if err := measured(png.DecodeConfig(bytes.NewReader(data))); err != nil {
		return taken{}, err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return taken{}, damaged()
	}
	return asPNG(img)
}

func asPNG(img image.Image) (taken, error) {
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return taken{}, damaged()
	}
	return taken{data: out.Bytes(), kind: "image/png", width: img.Bounds().Dx(), height: img.Bounds().Dy()}, nil
}

func readJPEG(data []byte) (taken, error) {
	if err := measured(jpeg.DecodeConfig(bytes.NewReader(data))); err != nil {
		return taken{}, err
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return taken{}, damaged()
	}
	return asJPEG(turned(img, orientation(data)))
}

func asJPEG(img image.Image) (taken, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return taken{}, damaged()
	}
	return taken{data: out.Bytes(), kind: "image/jpeg", width: img.Bounds().Dx(), height: img.Bounds().Dy()}, nil
}

// readWebP keeps the picture as one that Go can write: JPEG, or PNG when it can
// be seen through.
func readWebP(data []byte) (taken, error) {
	if err := measured(webp.DecodeConfig(bytes.NewReader(data))); err != nil {
		return taken{}, err
	}
	img, err := webp.Decode(bytes.NewReader(data))
	if err != nil {
		return taken{}, damaged()
	}
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() {
		t, err := asJPEG(img)
		t.ext = "jpg"
		return t, err
	}
	t, err := asPNG(img)
	t.ext = "png"
	return t, err
}

func readGIF(data []byte) (taken, error) {
	c, err := gif.DecodeConfig(bytes.NewReader(data))
	if err := measured(c, err); err != nil {
		return taken{}, err
	}
	frames, pixels, ok := gifFrames(data)
	switch {
	case !ok:
		return taken{}, damaged()
	case frames > maxFrames || pixels > maxPixels:
		return taken{}, &ledger.Refusal{Why: ledger.TooLarge}
	}
	all, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil || len(all.Image) == 0 {
		return taken{}, damaged()
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, all); err != nil {
		return taken{}, damaged()
	}
	return taken{data: out.Bytes(), kind: "image/gif", width: c.Width, height: c.Height}, nil
}

// gifFrames walks the blocks of a GIF without decoding any, counts the frames and
// sums up their pixels. It stops when there are too many.
func gifFrames(data []byte) (frames, pixels int, ok bool) {
	const header, descriptor = 13, 10
	if len(data) < header {
		return 0, 0, false
	}
	at := header + table(data[10])
	for at < len(data) {
		switch data[at] {
		case 0x21: // an extension: its label, then blocks
			at = blocks(data, at+2)
		case 0x2c: // a frame: its place and size, its colours, the code size, then blocks
			if at+descriptor > len(data) {
				return 0, 0, false
			}
			d := data[at : at+descriptor]
			pixels += (int(d[5]) | int(d[6])<<8) * (int(d[7]) | int(d[8])<<8)
			if frames++; frames > maxFrames || pixels > maxPixels {
				return frames, pixels, true
			}
			at = blocks(data, at+descriptor+table(d[9])+1)
		case 0x3b:
			return frames, pixels, frames > 0
		default:
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// table is the size of a colour table by the flags that announce it.
func table(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (1 + flags&7)
}

// blocks is where a chain of data blocks ends.
func blocks(data []byte, at int) int {
	for at < len(data) && data[at] != 0 {
		at += 1 + int(data[at])
	}
	return at + 1
}

// turned is a picture as its orientation (1 to 8, EXIF) means it to be seen.
func turned(img image.Image, how int) image.Image {
	if how < 2 || how > 8 {
		return img
	}
	return &view{img, how}
}

// view shows a picture turned or mirrored, without a copy of it.
type view struct {
	image.Image
	how int
}

func (v *view) Bounds() image.Rectangle {
	b := v.Image.Bounds()
	if v.how >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

func (v *view) At(x, y int) color.Color {
	b := v.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch v.how {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return v.Image.At(b.Min.X+x, b.Min.Y+y)
}
