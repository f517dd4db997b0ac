package config

import (
	"fmt"
	"reflect"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"

	"github.com/handoff-bot/handoff/escalation"
)

// merge lets viper put the defaults, the file and the environment on top of
// each other and decodes the result into out. Three of viper's habits shape
// this function: it folds the keys of plain maps (so tables are [exact]), it
// sees no environment variable of a key without a default (so the environment
// is read by [environ], from the shape), and its own reload shows half-written
// files (so [Watcher] starts from nothing each time).
func merge(s *shape, defaults reflect.Value, file, env map[string]any, out any) error {
	v := viper.New()
	if defaults.IsValid() {
		setDefaults(v, s, defaults, "")
	}
	if err := v.MergeConfigMap(file); err != nil {
		return fmt.Errorf("merge the file: %w", err)
	}
	for path, value := range env {
		v.Set(path, value)
	}
	hooks := mapstructure.ComposeDecodeHookFunc(
		mapstructure.DecodeHookFuncType(escalation.DecodeHook),
		mapstructure.StringToTimeDurationHookFunc(),
	)
	return v.Unmarshal(out, viper.DecodeHook(hooks), func(c *mapstructure.DecoderConfig) {
		c.ErrorUnused = true
		c.WeaklyTypedInput = false
	})
}

// setDefaults makes each leaf of a Config value a default.
func setDefaults(v *viper.Viper, s *shape, from reflect.Value, path string) {
	for from.Kind() == reflect.Pointer {
		if from.IsNil() {
			return
		}
		from = from.Elem()
	}
	for _, f := range s.fields {
		p, value := join(path, f.name), from.Field(f.index)
		if f.shape.kind == section {
			setDefaults(v, f.shape, value, p)
			continue
		}
		if !value.IsZero() {
			v.SetDefault(p, written(f.shape, value))
		}
	}
}
