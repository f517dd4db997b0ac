package uitest

import (
	"os"
	"testing"
)

// everywhere are the checks that Firefox and WebKit must pass as Chromium does, each
// with the fact or the check that it confirms there.
var everywhere = []struct {
	confirms string
	check    func(*testing.T)
}{
	{"A0.1 strict policy", TestUI002_AStrictPolicySeesNoViolation},
	{"A0.2 trusted types", TestUI003_TrustedTypesSeeNoViolation},
	{"A0.3 hostile styles", TestUI009_TheSitesStylesDoNotReachIn},
	{"A0.4 transformed body", TestUI010_ATransformedBodyDoesNotMoveIt},
	{"A0.4 nothing covers it", TestUI011_NothingOfThePageCoversTheButton},
	{"A0.4 swapped body", TestUI012_ASwappedBodyChangesNothing},
	{"A0.5 shortcuts", TestUI014_TypingFiresNoShortcutOfTheSite},
	{"UI022 launcher by keys", TestUI022_TheLauncherIsReachedAndPressedByKeys},
	{"UI023 focus", TestUI023_OnlyTheVisitorsOwnOpenTakesTheFocus},
	{"UI025 menus", TestUI025_EscapeInAMenuClosesOnlyTheMenu},
	{"UI030 two tabs", TestUI030_TabsAgreeAndShareOneStream},
	{"UI031 back", TestUI031_BackClosesThePanelOfAPhone},
	{"UI043 draft", TestUI043_TheDraftSurvivesReloadAndNavigation},
	{"UI045 streaming", TestUI045_AnAnswerGrowsAndEndsAsItsMessage},
	{"UI049 cut", TestUI049_ACutInAnAnswerLosesAndRepeatsNothing},
	{"UI056 long answer", TestUI056_ALongAnswerStaysAtItsFirstLine},
	{"UI062 history", TestUI062_ALongHistoryOpensAtItsEndAndLoadsUpwards},
	{"UI077 closed", TestUI077_AClosedChatIsReopenedOrLeft},
	{"UI080 title", TestUI080_TheTitleCountsWhileTheTabIsHidden},
	{"UI083 files", TestUI083_PickedDroppedAndPastedFilesBecomeChips},
	{"UI087 lightbox", TestUI087_APictureOpensOverThePage},
	{"UI100 by keys alone", TestUI100_TheWholeStoryByKeysAlone},
	{"UI102 right to left", TestUI102_FromRightToLeftEverythingIsMirrored},
	{"UI105 phone", TestUI105_APhonesPanelIsAsLargeAsWhatIsSeen},
	{"UI108 phone page", TestUI108_ThePageBehindStaysWhereItIs},
	{"UI112 frame", TestUI112_TheFrameHearsAndTellsItsSiteAlone},
	{"dark", TestADarkChatOnALightPage},
	{"older browser", TestAnOlderBrowserShowsNothing},
}

// The other two engines: WebKit is Safari's, on phones too. They are large, so that
// only HANDOFF_TEST_ENGINES=1 asks for them.
func TestEngines(t *testing.T) {
	if os.Getenv("HANDOFF_TEST_ENGINES") == "" {
		t.Skip("Firefox and WebKit: set HANDOFF_TEST_ENGINES=1; needs the Debian packages firefox-esr, webkit2gtk-driver and xvfb")
	}
	for name, start := range map[string]func(*testing.T, *strays) engine{"firefox": startFirefox, "webkit": startWebKit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := newStrays(t)
			e := start(t, proxy)
			running.Store(t.Name(), e)
			t.Cleanup(e.stop)
			for _, one := range everywhere {
				t.Run(one.confirms, one.check)
			}
			proxy.none(t)
		})
	}
}
