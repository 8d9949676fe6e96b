package dev.flotilla.raft.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.MessageSamples;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What records hold that are whole by their checksums: written by this software, but perhaps by a wrong version of it. */
class RecordPayloadTest {
    private static final TableKey KEY = new TableKey("names", "a community");
    private static final StoredGroup GROUP =
            new StoredGroup(new HardState(7, MessageSamples.peer(1)), new EntryId(5, 10), new EntryId(7, 12));

    private static Bytes withInt(Bytes payload, int at, int value) {
        byte[] changed = payload.toByteArray();
        ByteBuffer.wrap(changed).putInt(at, value);
        return Bytes.wrap(changed);
    }

    @Test
    void aValueOfTheTablesComesBackAsItWas() throws MalformedMessageException {
        assertThat(TableKey.decode(KEY.encode(Bytes.utf8("value"))))
                .isEqualTo(new TableKey.Found(KEY, Bytes.utf8("value")));
        assertThat(TableKey.decode(KEY.encode(null))).isEqualTo(new TableKey.Found(KEY, Bytes.EMPTY));
    }

    @Test
    void aKeyOfTheTablesThatEndsEarlyIsRefused() {
        Bytes whole = KEY.encode(null);
        for (int size = 0; size < whole.size(); size++) {
            Bytes cut = whole.slice(0, size);
            assertThatThrownBy(() -> TableKey.decode(cut)).isInstanceOf(MalformedMessageException.class);
        }
    }

    /** Nor is memory reserved for it. */
    @Test
    void aNameOfAnImpossibleSizeIsRefused() {
        Bytes whole = KEY.encode(Bytes.utf8("value"));
        int atKey = Integer.BYTES + KEY.table().length();
        for (int size : new int[] {-1, Integer.MIN_VALUE, whole.size(), Integer.MAX_VALUE}) {
            for (int at : new int[] {0, atKey}) {
                assertThatThrownBy(() -> TableKey.decode(withInt(whole, at, size)))
                        .isInstanceOf(MalformedMessageException.class)
                        .hasMessage("a name in a table's record cannot have " + size + " bytes");
            }
        }
    }

    @Test
    void aGroupThatIsNoneIsRefused() throws MalformedMessageException {
        LogRecord record = LogRecord.group(MessageSamples.genesis(1), GROUP);
        assertThat(LogRecord.group(record.id(), record.payload())).isEqualTo(GROUP);
        for (int size = 0; size < 2 * Long.BYTES; size++) {
            Bytes cut = record.payload().slice(0, size);
            assertThatThrownBy(() -> LogRecord.group(record.id(), cut)).isInstanceOf(MalformedMessageException.class);
        }
        assertThatThrownBy(() -> LogRecord.group(record.id(), withInt(record.payload(), 0, -1))) // its base's term
                .isInstanceOf(MalformedMessageException.class);
    }

    @Test
    void aSegmentsNumberOfAnotherSizeIsRefused() throws MalformedMessageException {
        RecordHead head = LogRecord.oldest(3).head(0);
        LogIndex index = new LogIndex();
        index.apply(head, LogRecord.oldest(3).payload(), false, 0);
        assertThat(index.oldest()).isEqualTo(3);
        assertThatThrownBy(() -> index.apply(head, Bytes.wrap(new byte[Long.BYTES + 1]), false, 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("a segment's number has 9 bytes");
    }
}
