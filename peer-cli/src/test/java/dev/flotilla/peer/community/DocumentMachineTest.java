package dev.flotilla.peer.community;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.peer.community.ChangeFeed.Event;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.machine.StateMachine.Capture;
import dev.flotilla.raft.machine.StateMachine.Committed;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class DocumentMachineTest {
    private final DocumentMachine machine = new DocumentMachine();

    @Test
    void appliesABatchInOrderAndReportsEachVerdict() {
        List<Verdict> verdicts = machine.apply(List.of(
                set(4, "/a", "1"), new Committed(6, 1, Bytes.utf8("?")), set(7, "/b/c", "1"), set(9, "/b", "[]")));

        assertThat(verdicts.get(0)).isEqualTo(new Verdict.Changed(4));
        assertThat(verdicts.get(1))
                .isInstanceOfSatisfying(Verdict.Refused.class, refused -> assertThat(refused.operation())
                        .isEqualTo(-1));
        assertThat(verdicts.get(2)).isEqualTo(new Verdict.Refused(7, 0, "there is no \"/b\""));
        assertThat(verdicts.get(3)).isEqualTo(new Verdict.Changed(9));
        assertThat(Json.line(machine.document())).isEqualTo("{\"a\":1,\"b\":[]}");
    }

    @Test
    void aCaptureStaysAsItWasAndRestoresElsewhere() throws IOException {
        machine.apply(List.of(set(1, "/a", "1.0")));
        Capture capture = machine.capture();
        machine.apply(List.of(set(2, "/a", "2")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        capture.writeTo(out);

        DocumentMachine other = new DocumentMachine();
        other.restore(1, new ByteArrayInputStream(out.toByteArray()));

        assertThat(Json.line(other.document())).isEqualTo("{\"a\":1.0}");
        assertThat(Json.line(machine.document())).isEqualTo("{\"a\":2}");
    }

    /** A result like any other, the same for a member that has the document from a snapshot. */
    @Test
    void aPatchThatGoesThroughTooMuchIsRefusedByAllAlike() throws IOException {
        Committed copies = new Committed(
                2,
                1,
                DocumentCommand.of(Json.parse("["
                        + String.join(
                                ",",
                                Collections.nCopies(
                                        DocumentLimits.OPERATIONS_MAX,
                                        "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"}"))
                        + "]")));
        machine.apply(List.of(set(1, "/a", "[" + "0,".repeat(300_000) + "0]")));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        machine.capture().writeTo(out);
        DocumentMachine other = new DocumentMachine();
        other.restore(1, new ByteArrayInputStream(out.toByteArray()));

        List<Verdict> verdicts = machine.apply(List.of(copies, set(3, "/a", "1")));

        assertThat(verdicts.get(0))
                .isInstanceOfSatisfying(Verdict.Refused.class, refused -> assertThat(refused.reason())
                        .contains("goes through more than"));
        assertThat(verdicts.get(1)).isEqualTo(new Verdict.Changed(3));
        assertThat(other.apply(List.of(copies, set(3, "/a", "1")))).isEqualTo(verdicts);
        assertThat(Json.line(machine.document())).isEqualTo("{\"a\":1}");
    }

    @Test
    void aVerdictIsKeptForWhoAsksAgain() {
        for (Verdict verdict : List.of(
                new Verdict.Changed(4),
                new Verdict.Refused(4, -1, "malformed"),
                new Verdict.Refused(4, 12, "no\n\"/b\""))) {
            assertThat(machine.decodeResult(4, machine.encodeResult(verdict))).isEqualTo(verdict);
        }
        Bytes encoded = machine.encodeResult(new Verdict.Refused(4, Integer.MAX_VALUE, "\u20ac".repeat(10_000)));
        assertThat(encoded.size()).isLessThanOrEqualTo(StateMachine.RESULT_BYTES_MAX);
        assertThat(machine.decodeResult(4, encoded)).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void aDamagedSnapshotIsRefused() {
        for (String text : List.of("", "{}", "{\"format\":2,\"document\":{}}", "{\"format\":1}", "{\"format\":1,")) {
            assertThatThrownBy(() -> machine.restore(
                            3, new ByteArrayInputStream(Bytes.utf8(text).toByteArray())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("index 3");
        }
    }

    @Test
    void aWatcherSeesEachChangeAndNoRefusal() {
        ChangeFeed.Subscription watcher = machine.feed().subscribe();
        CompletableFuture<Event> first = watcher.next();
        assertThat(first).isNotDone();

        machine.apply(List.of(set(1, "/x/y", "1"), set(2, "/x", "1"), set(3, "/y", "1")));

        assertThat(first.join()).isEqualTo(new Event.Changed(2, patch("/x", "1")));
        assertThat(watcher.next().join()).isEqualTo(new Event.Changed(3, patch("/y", "1")));
    }

    @Test
    void aSlowWatcherIsToldHowManyChangesItMissed() {
        ChangeFeed.Subscription watcher = machine.feed().subscribe();
        for (int i = 1; i <= 300; i++) {
            machine.apply(List.of(set(i, "/x", "" + i)));
        }

        for (int i = 1; i <= 256; i++) {
            assertThat(watcher.next().join()).isEqualTo(new Event.Changed(i, patch("/x", "" + i)));
        }
        assertThat(watcher.next().join()).isEqualTo(new Event.Skipped(44));
        machine.apply(List.of(set(301, "/x", "301")));
        assertThat(watcher.next().join()).isInstanceOf(Event.Changed.class);
    }

    @Test
    void whatWaitsForASlowWatcherIsBoundedInBytes() {
        ChangeFeed.Subscription watcher = machine.feed().subscribe();
        String large = '"' + "x".repeat(5 << 20) + '"';
        String mebibyte = '"' + "x".repeat(1 << 20) + '"';
        machine.apply(List.of(set(1, "/x", large)));
        assertThat(watcher.next().join()).isEqualTo(new Event.Changed(1, patch("/x", large))); // alone, any size

        for (int i = 2; i <= 11; i++) {
            machine.apply(List.of(set(i, "/x", mebibyte)));
        }

        for (int i = 2; i <= 4; i++) {
            assertThat(watcher.next().join()).isEqualTo(new Event.Changed(i, patch("/x", mebibyte)));
        }
        assertThat(watcher.next().join()).isEqualTo(new Event.Skipped(7));
        machine.apply(List.of(set(12, "/x", mebibyte)));
        assertThat(watcher.next().join()).isInstanceOf(Event.Changed.class);
    }

    @Test
    void aWatcherIsToldHowManyChangesASnapshotTookTheirPlace() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 1; i <= 20; i++) {
            machine.apply(List.of(set(i, "/x", "" + i)));
        }
        machine.capture().writeTo(out);
        DocumentMachine other = new DocumentMachine();
        ChangeFeed.Subscription watcher = other.feed().subscribe();
        other.apply(List.of(set(1, "/x", "1")));

        other.restore(20, new ByteArrayInputStream(out.toByteArray()));

        assertThat(watcher.next().join()).isInstanceOf(Event.Changed.class);
        assertThat(watcher.next().join()).isEqualTo(new Event.Skipped(19));
    }

    @Test
    void aClosedFeedFailsItsWatchers() {
        ChangeFeed.Subscription watcher = machine.feed().subscribe();
        CompletableFuture<Event> next = watcher.next();

        machine.feed().close();

        assertThat(next).isCompletedExceptionally();
        assertThat(watcher.next()).isCompletedExceptionally();
    }

    private static Committed set(long index, String pointer, String json) {
        return new Committed(index, 1, DocumentCommand.of(patch(pointer, json)));
    }

    private static com.fasterxml.jackson.databind.JsonNode patch(String pointer, String json) {
        return Json.parse("[{\"op\":\"add\",\"path\":\"" + pointer + "\",\"value\":" + json + "}]");
    }
}
