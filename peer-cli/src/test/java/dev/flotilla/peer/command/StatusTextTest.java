package dev.flotilla.peer.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.peer.community.Json;
import org.junit.jupiter.api.Test;

final class StatusTextTest {
    @Test
    void twoVotersAreShownWithAWarning() {
        assertThat(StatusText.members(Json.parse(community("voter", "voter")))).contains("two voters survive no loss");
        assertThat(StatusText.members(Json.parse(community("voter", "learner"))))
                .doesNotContain("warning");
        assertThat(StatusText.members(Json.parse(community("voter", "voter", "voter"))))
                .doesNotContain("warning");
    }

    @Test
    void whatCannotBeKnownIsLeftOut() {
        String text = StatusText.status(Json.parse("{\"peerId\":\"P\",\"addresses\":[\"/ip4/127.0.0.1/tcp/1/p2p/P\"],"
                + "\"communities\":[{\"name\":\"c\",\"genesis\":\"00\",\"role\":\"follower\",\"term\":4,\"leader\":null,"
                + "\"commitIndex\":7,\"lastApplied\":6,\"lastLogIndex\":8,\"snapshotIndex\":0,\"consistent\":true,"
                + "\"members\":[{\"peerId\":\"Q\",\"role\":\"voter\",\"state\":null,\"matchIndex\":null,\"lag\":null,"
                + "\"lastContactMillis\":null}]}]}"));

        assertThat(text.lines())
                .containsExactly(
                        "peer P",
                        "  at /ip4/127.0.0.1/tcp/1/p2p/P",
                        "",
                        "c: follower in term 4, leader not known",
                        "  genesis 00",
                        "  log: last 8, commit 7, applied 6, snapshot 0",
                        "  Q  voter",
                        "  warning: no leader is known; a majority of the voters must be up and reach each other");
    }

    @Test
    void anExplanationNamesThePeersBelowWhatWaits() {
        String start = "{\"name\":\"c\",\"leader\":\"P\",\"members\":[],\"explanation\":[";

        assertThat(StatusText.members(Json.parse(start + "{\"subject\":\"commit\",\"summary\":\"commit stands at 1\","
                        + "\"peers\":[{\"peerId\":\"Q\",\"text\":\"has 0\"}]}]}")))
                .contains("  why: commit stands at 1\n    Q has 0");
        assertThat(StatusText.members(Json.parse(start + "]}"))).contains("  why: nothing is blocked");
        assertThat(StatusText.members(Json.parse(community("voter")))).doesNotContain("why");
    }

    private static String community(String... roles) {
        StringBuilder members = new StringBuilder();
        for (String role : roles) {
            members.append(members.isEmpty() ? "" : ",")
                    .append("{\"peerId\":\"P\",\"role\":\"")
                    .append(role)
                    .append("\",\"state\":\"self\",\"matchIndex\":1,\"lag\":0,\"lastContactMillis\":5}");
        }
        return "{\"name\":\"c\",\"leader\":\"P\",\"members\":[" + members + "]}";
    }

    @Test
    void metricsHaveALineEach() throws Exception {
        String text =
                StatusText.metrics(Json.parse("{\"peerId\":\"P\",\"metrics\":{\"frames.sent\":7},\"communities\":["
                        + "{\"name\":\"club\",\"metrics\":{\"log.writes\":{\"count\":2,\"meanMicros\":3,\"p50Micros\":4,"
                        + "\"p99Micros\":5},\"read.rounds\":{\"count\":0},\"follower.lag\":{\"Q\":1}}},"
                        + "{\"name\":\"other\",\"metrics\":{}}]}"));
        assertThat(text.lines())
                .containsExactly(
                        "peer P",
                        "  frames.sent  7",
                        "",
                        "club",
                        "  log.writes  2, mean 3 us, half within 4 us, 99 % within 5 us",
                        "  read.rounds  0",
                        "  follower.lag Q  1",
                        "",
                        "other",
                        "  counted with the peer");
    }
}
