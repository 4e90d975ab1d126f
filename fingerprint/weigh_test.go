package fingerprint

import (
	"testing"
	"time"

	"github.com/sweepd/sweepd/fingerprint/filename"
)

const (
	downloadName = "ChatGPT Image Apr 20, 2026, 01_11_58 AM.png"
	dalleName    = "DALL·E 2024-05-14 13.30.04 - a harbour .webp"
	assetName    = "file_000000006f4082119aa31cd73d4211e2.png"
	editedName   = "ChatGPT Image Apr 20, 2026, 01_11_58 AM-Photoroom.png"
	unseenName   = "ChatGPT Meeting 11 Oct 2026, 10_32_11.png"
	otherName    = "ChatGPT-kuva 11. lokak. 2026, 10.32.11.png"
	copyName     = "Copy of ChatGPT Image Apr 20, 2026, 01_11_58 AM (copy).png"
	bareName     = "ChatGPT Image.png"
	soraName     = "20250903_1617_Harbour at Dawn_simple_compose_01k47jzkxqee89es89k19181gw.png"
	apiName      = "img-GZ7kp0BjyJuWzJ7wJevwGvgC.png"
	codexName    = "Зображення Codex 31 серп. 2026 р., 10_11_12.png"
	ownName      = "harbour.png"
	olderName    = "ChatGPT Image Apr 19, 2026, 05_11_24 PM.png" // 13 hours before madeThen
	nearName     = "ChatGPT Image Apr 19, 2026, 06_11_25 PM.png" // 12 hours
	newSoraName  = "20260503_1617_Harbour at Dawn_simple_compose_01k47jzkxqee89es89k19181gw.png"
)

var (
	madeThen      = time.Date(2026, 4, 20, 6, 11, 25, 0, time.UTC)
	madeLater     = time.Date(2026, 10, 11, 8, 0, 0, 0, time.UTC)
	madeIn2024    = time.Date(2024, 5, 14, 13, 0, 0, 0, time.UTC)
	ofChatGPT     = credential{state: sealGenuine, product: ChatGPT, made: madeThen}
	ofNobody      = credential{state: sealGenuine, product: Unstated, made: madeThen}
	ofNobodyLater = credential{state: sealGenuine, product: Unstated, made: madeLater}
	ofNobody2024  = credential{state: sealGenuine, product: Unstated, made: madeIn2024}
	ofAPI         = credential{state: sealGenuine, product: API, made: madeThen}
	ofSora        = credential{state: sealGenuine, product: Sora, made: madeThen}
	ofOther       = credential{state: sealOther, reason: "signed by Adobe Inc."}
	ofEditor      = credential{state: sealDerived, intact: true, reason: "signed by Google LLC"}
	broken        = credential{state: sealBroken}
	packed        = credential{state: sealBroken, openAI: true}
	unanchored    = credential{state: sealUnanchored}
	labsFile      = labsMark{note: aNote, comment: true}
)

func TestLevels(t *testing.T) {
	names, classifier := filename.New(), New()
	for _, c := range []struct {
		what       string
		name       string
		credential credential
		labs       labsMark
		level      Confidence
		product    Product
		derived    bool
	}{
		{"a credential for ChatGPT proves", ownName, ofChatGPT, labsMark{}, Proven, ChatGPT, false},
		{"and under the download name", downloadName, ofChatGPT, labsMark{}, Proven, ChatGPT, false},
		{
			"its bytes are as they were made, whatever the name became", editedName, ofChatGPT,
			labsMark{},
			Proven, ChatGPT, false,
		},
		{"the API's images say ChatGPT too", apiName, ofChatGPT, labsMark{}, Strong, API, false},
		{"and Sora's may", newSoraName, ofChatGPT, labsMark{}, Strong, Sora, false},
		{"and Codex's", codexName, ofChatGPT, labsMark{}, Strong, Unstated, false},

		{"a credential for no product is strong", ownName, ofNobody, labsMark{}, Strong, Unstated, false},
		{"ChatGPT's download name tells the product", downloadName, ofNobody, labsMark{}, Proven, ChatGPT, false},
		{"so does the older one", dalleName, ofNobody2024, labsMark{}, Proven, ChatGPT, false},
		{"so does the app's", assetName, ofNobody, labsMark{}, Proven, ChatGPT, false},
		{"unless that is older than the picture", olderName, ofNobody, labsMark{}, Strong, Unstated, false},
		{"by half a day", nearName, ofNobody, labsMark{}, Proven, ChatGPT, false},
		{"which a credential for ChatGPT does not need", olderName, ofChatGPT, labsMark{}, Proven, ChatGPT, false},
		{"but Sora's older name still speaks against it", soraName, ofChatGPT, labsMark{}, Strong, Unstated, false},
		{"a changed name does not", editedName, ofNobody, labsMark{}, Strong, Unstated, false},
		{"but one in another language does", otherName, ofNobodyLater, labsMark{}, Proven, ChatGPT, false},
		{"and a copy's", copyName, ofNobody, labsMark{}, Proven, ChatGPT, false},
		{"not so any word beside ChatGPT", unseenName, ofNobodyLater, labsMark{}, Strong, Unstated, false},
		{"nor one that anybody types", bareName, ofNobody, labsMark{}, Strong, Unstated, false},
		{"nor another product's", codexName, ofNobody, labsMark{}, Strong, Unstated, false},
		{"a credential for the API is not ChatGPT's", downloadName, ofAPI, labsMark{}, Strong, API, false},
		{"nor one for Sora", ownName, ofSora, labsMark{}, Strong, Sora, false},

		{"a name alone: it lost its credential", downloadName, credential{}, labsMark{}, Likely, ChatGPT, true},
		{"one that never had one", dalleName, credential{}, labsMark{}, Likely, ChatGPT, false},
		{"an asset's id alone: uploads have it too", assetName, credential{}, labsMark{}, Possible, ChatGPT, false},
		{"a changed download name alone", editedName, credential{}, labsMark{}, Possible, ChatGPT, true},
		{"any word beside ChatGPT", unseenName, credential{}, labsMark{}, Possible, ChatGPT, false},
		{"another language alone", otherName, credential{}, labsMark{}, Possible, ChatGPT, false},
		{"Sora's name alone", soraName, credential{}, labsMark{}, Possible, Sora, false},
		{"nothing at all", ownName, credential{}, labsMark{}, None, NoProduct, false},

		{"changed bytes cap the name", downloadName, broken, labsMark{}, Possible, ChatGPT, true},
		{"but not if it is OpenAI's credential", downloadName, packed, labsMark{}, Likely, ChatGPT, true},
		{"which other names do not imply", dalleName, packed, labsMark{}, Possible, ChatGPT, true},
		{"and Labs' mark", ownName, broken, labsFile, Possible, Labs, true},
		{"and are nothing alone", ownName, broken, labsMark{}, None, NoProduct, false},
		{"another maker's credential caps the name", downloadName, ofOther, labsMark{}, Possible, ChatGPT, true},
		{"and is nothing alone", ownName, ofOther, labsMark{}, None, NoProduct, false},
		{"a credential nobody vouches for", ownName, unanchored, labsMark{}, Possible, NoProduct, false},
		{"which does not weaken the name", downloadName, unanchored, labsMark{}, Likely, ChatGPT, false},
		{"an edit of an OpenAI image", ownName, ofEditor, labsMark{}, Likely, NoProduct, true},
		{"whatever its name", downloadName, ofEditor, labsMark{}, Likely, ChatGPT, true},
		{"an edit of a Labs image", ownName, ofEditor, labsFile, Likely, Labs, true},

		{"Labs' mark", ownName, credential{}, labsFile, Strong, Labs, false},
		{"Labs' mark under a later date", dalleName, credential{}, labsFile, Strong, Labs, false},
		{"half of Labs' mark", ownName, credential{}, labsMark{comment: true}, Possible, NoProduct, false},
	} {
		s := findings{header: header{mediaType: "image/png"}, labs: c.labs, credential: c.credential}
		s.name, _ = names.Match(c.name)
		s.nameDate = classifier.olderName(c.name, s)
		v := s.weigh()
		if v.Confidence != c.level || v.Product != c.product || v.Derived != c.derived {
			t.Errorf("%s (%s): %v, product %q, derived %v, want %v, %q, %v", c.what, c.name, v.Confidence, v.Product,
				v.Derived, c.level, c.product, c.derived)
		}
		if got := !v.Made.IsZero(); got != (c.credential.state == sealGenuine) {
			t.Errorf("%s: made %v, want it from a genuine credential and from nothing else", c.what, v.Made)
		}
	}
}

func TestADownloadNameTellsOnlyOnTypesThatChatGPTSaves(t *testing.T) {
	name, _ := filename.New().Match(downloadName)
	for media, want := range map[string]Confidence{
		"image/png": Likely, "image/webp": Likely, "image/jpeg": Likely, "image/avif": Likely,
		"image/gif": Possible, "image/bmp": Possible, "image/tiff": Possible, "image/heic": Possible,
		"image/heif": Possible,
	} {
		if v := (findings{header: header{mediaType: media}, name: name}).weigh(); v.Confidence != want {
			t.Errorf("%s: %v, want %v", media, v.Confidence, want)
		}
	}
}

func TestLabsImagesOfAnotherTypeWereSavedAnew(t *testing.T) {
	v := findings{header: header{mediaType: "image/webp"}, labs: labsFile}.weigh()
	if v.Confidence != Strong || !v.Derived {
		t.Errorf("%v, derived %v, want strong and derived", v.Confidence, v.Derived)
	}
}

func TestAMissingTimeStampIsSaidAndLowersNothingUnderAKnownCertificate(t *testing.T) {
	untimed := ofChatGPT
	untimed.untimed, untimed.pinned, untimed.made = true, true, time.Time{}
	v := findings{header: header{mediaType: "image/png"}, credential: untimed}.weigh()
	if v.Confidence != Proven || !v.Made.IsZero() || len(v.Evidence) != 2 || v.Evidence[1].Detector != "c2pa.untimed" {
		t.Errorf("%+v, want proven, with a note of it", v)
	}
	untimed.pinned = false
	if v := (findings{header: header{mediaType: "image/png"}, credential: untimed}).weigh(); v.Confidence != Strong {
		t.Errorf("by a certificate not seen before: %v, want strong", v)
	}
}

func TestNoEvidenceAloneAmountsToMoreThanTheVerdictUnlessSomethingSpeaksAgainst(t *testing.T) {
	names := filename.New()
	for _, name := range []string{
		downloadName, dalleName, assetName, editedName, soraName, apiName, codexName, ownName,
	} {
		for state := noSeal; state <= sealGenuine; state++ {
			for _, product := range []Product{ChatGPT, API, Sora, Unstated} {
				s := findings{
					header:     header{mediaType: "image/png"},
					credential: credential{state: state, product: product},
				}
				s.name, _ = names.Match(name)
				v := s.weigh()
				for _, e := range v.Evidence {
					if e.Confidence > v.Confidence && s.ceiling() == Proven && !s.rivalName() {
						t.Errorf("%s, state %d for %s: %v, yet %s alone amounts to %v", name, state, product,
							v.Confidence, e.Detector, e.Confidence)
					}
				}
				if v.Confidence == Proven && state != sealGenuine {
					t.Errorf("%s, state %d: proven without a genuine credential", name, state)
				}
			}
		}
	}
}

func TestAVerdictSaysItselfInOneSentence(t *testing.T) {
	names := filename.New()
	old := ofChatGPT
	old.made, old.untimed, old.pinned = time.Time{}, true, true
	for _, c := range []struct {
		name       string
		credential credential
		want       string
	}{
		{
			downloadName, ofChatGPT,
			"proven: signed by OpenAI for ChatGPT on 2026-04-20, unchanged since, ChatGPT download name",
		},
		{ownName, old, "proven: signed by OpenAI for ChatGPT, unchanged since, no time stamp says when it was signed"},
		{ownName, ofNobody, "strong: signed by OpenAI on 2026-04-20, unchanged since"},
		{assetName, ofNobody, "proven: signed by OpenAI on 2026-04-20, unchanged since, download name"},
		{
			soraName, ofSora,
			"strong: signed by OpenAI for Sora on 2026-04-20, unchanged since, download name of Sora",
		},
		{
			downloadName,
			credential{},
			"likely: ChatGPT download name, without the credential that ChatGPT writes, edited since",
		},
		{
			downloadName, broken,
			"possible: its credential does not match these bytes, ChatGPT download name, edited since",
		},
		{editedName, credential{}, "possible: changed download name, edited since"},
		{bareName, credential{}, "possible: name similar to a download"},
		{ownName, ofEditor, "likely: OpenAI made only a part of it (signed by Google LLC), edited since"},
		{ownName, credential{state: sealOther}, "none: its credential is not OpenAI's"},
		{ownName, credential{}, "none: no evidence of its origin"},
	} {
		s := findings{header: header{mediaType: "image/png"}, credential: c.credential}
		s.name, _ = names.Match(c.name)
		if got := s.weigh().String(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	v := Verdict{Confidence: Strong, Evidence: []Evidence{
		{Detector: "c2pa.verified", Found: "signed by OpenAI"},
		{Detector: "c2pa.untimed", Found: "no time stamp says when it was signed"},
	}}
	if got, want := v.Brief().String(), "signed by OpenAI"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	v.Evidence[1].Found += ", by a certificate not seen before" // it lowers the level
	if got, want := v.Brief().String(), "signed by OpenAI, "+v.Evidence[1].Found; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := (Verdict{}).String(), "none: not an image"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
