package dev.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.raft.message.proto.ProtoCommand;
import dev.flotilla.raft.message.proto.ProtoNumbered;
import dev.flotilla.transport.Bytes;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    @Test
    void everythingComesBackAsItWas() throws Exception {
        for (Entry.Kind kind : Entry.Kind.values()) {
            Entry entry = new Entry(new EntryId(3, 9), kind, Bytes.utf8("payload"));
            assertThat(EntryCodec.decodeEntry(EntryCodec.encode(entry))).isEqualTo(entry);
        }
        for (InSession inSession :
                List.of(new InSession.None(), new InSession.Opening(), new InSession.Numbered(5, 1L << 40, 3))) {
            Command command = new Command(MessageSamples.peer(1), new RequestId(-1, 7), inSession, Bytes.utf8("data"));
            assertThat(EntryCodec.decodeCommand(EntryCodec.encodeCommand(command)))
                    .isEqualTo(command);
        }
        Configuration configuration = MessageSamples.configuration();
        assertThat(EntryCodec.decodeConfiguration(EntryCodec.encodeConfiguration(configuration)))
                .isEqualTo(configuration);
        assertThat(EntryCodec.decodeConfiguration(EntryCodec.encodeConfiguration(Configuration.EMPTY)))
                .isEqualTo(Configuration.EMPTY);
        SnapshotMeta snapshot = MessageSamples.snapshot();
        assertThat(EntryCodec.decodeSnapshotMeta(EntryCodec.encode(snapshot))).isEqualTo(snapshot);
        RemovalNotice notice = MessageSamples.notice();
        assertThat(EntryCodec.decodeRemovalNotice(EntryCodec.encode(notice))).isEqualTo(notice);
        List<Certificate> chain = List.of(MessageSamples.certificate(1), MessageSamples.certificate(2));
        assertThat(EntryCodec.decodeChain(EntryCodec.encodeChain(chain))).isEqualTo(chain);
    }

    /** As a root keeps one of itself. */
    @Test
    void anUnsignedCertificateComesBack() throws Exception {
        Certificate signed = MessageSamples.certificate(1);
        Certificate unsigned = new Certificate(
                signed.genesis(),
                signed.subject(),
                signed.storeId(),
                signed.configurationId(),
                signed.subject(),
                Bytes.EMPTY);
        assertThat(EntryCodec.decodeChain(EntryCodec.encodeChain(List.of(unsigned))))
                .containsExactly(unsigned);
    }

    @Test
    void aHardStateComesBackWithAndWithoutAVote() throws Exception {
        HardState voted = new HardState(8, MessageSamples.peer(3));
        assertThat(EntryCodec.decodeHardState(EntryCodec.encode(voted))).isEqualTo(voted);
        assertThat(EntryCodec.decodeHardState(EntryCodec.encode(HardState.INITIAL)))
                .isEqualTo(HardState.INITIAL);
    }

    @Test
    void payloadsOfADecodedEntryAreSlicesOfAnyInput() throws Exception {
        Entry entry = MessageSamples.entry(3, 9, "payload");
        Bytes encoded = EntryCodec.encode(entry);
        byte[] framed = new byte[encoded.size() + 10];
        encoded.copyTo(framed, 4);
        assertThat(EntryCodec.decodeEntry(Bytes.wrap(framed).slice(4, encoded.size())))
                .isEqualTo(entry);
    }

    @Test
    void aNumberOfNoSessionIsRefused() {
        Bytes encoded = Wire.encode(ProtoCommand.newBuilder()
                .setOrigin(Wire.toProto(MessageSamples.peer(1)))
                .setNumbered(
                        ProtoNumbered.newBuilder().setSession(7).setSequence(2).setLowestUnanswered(3))
                .build());
        assertThatThrownBy(() -> EntryCodec.decodeCommand(encoded))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageEndingWith("no session 7 has a command 2 whose lowest unanswered one is 3");
    }

    @Test
    void anUnknownKindOfEntryIsRefused() {
        Bytes futureKind = Bytes.fromHex("0801" + "1001" + "1863");
        assertThatThrownBy(() -> EntryCodec.decodeEntry(futureKind))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("not an entry (080110011863): unknown entry kind 99");
    }
}
