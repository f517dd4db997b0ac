package escalation

import "strings"

// Reserved names what in a text of an agent's only the team may decide, in words,
// each with the place it was seen at: what the AI may never say by itself, it may
// draft for a person, who has to know. The restricted topics it touches come
// first; nil means that there is nothing.
func (p *Policy) Reserved(text string) []string {
	s := Situation{Draft: text}.prepared()
	var topics, promises []string
	for _, d := range p.detectors {
		for _, sig := range d.Detect(s) {
			if sig.Seq != 0 {
				continue
			}
			if name, ok := strings.CutPrefix(sig.Name, SignalTopic+":"); ok {
				topics = append(topics, "restricted topic "+name+quote(sig, s))
			}
			for _, kind := range promiseKinds() {
				if sig.Name == SignalPromise+":"+kind[0] {
					promises = append(promises, "would "+kind[1]+quote(sig, s))
				}
			}
		}
	}
	return append(topics, promises...)
}
