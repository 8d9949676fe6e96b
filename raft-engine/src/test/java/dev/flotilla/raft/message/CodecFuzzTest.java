package dev.flotilla.raft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.flotilla.transport.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, a codec answers with a value or its one exception. A failure names seed and input. */
class CodecFuzzTest {
    private static final int ROUNDS = 3_000;

    @FunctionalInterface
    private interface Decoder {
        Object decode(Bytes bytes) throws MalformedMessageException;
    }

    private static Map<Bytes, Decoder> validInputs() {
        Map<Bytes, Decoder> inputs = new LinkedHashMap<>();
        inputs.put(MessageCodec.encode(MessageSamples.envelope()), MessageCodec::decode);
        for (Envelope.Addressed addressed : MessageSamples.envelope().messages()) {
            Envelope single = new Envelope(MessageSamples.storeId(1), 2, 1, List.of(addressed));
            inputs.put(MessageCodec.encode(single), MessageCodec::decode);
        }
        inputs.put(EntryCodec.encode(MessageSamples.entry(3, 4, "payload")), EntryCodec::decodeEntry);
        inputs.put(
                EntryCodec.encodeCommand(new Command(
                        MessageSamples.peer(1),
                        new RequestId(1, 2),
                        new InSession.Numbered(3, 9, 4),
                        Bytes.utf8("data"))),
                EntryCodec::decodeCommand);
        inputs.put(EntryCodec.encodeConfiguration(MessageSamples.configuration()), EntryCodec::decodeConfiguration);
        inputs.put(EntryCodec.encode(new HardState(4, MessageSamples.peer(2))), EntryCodec::decodeHardState);
        inputs.put(EntryCodec.encode(MessageSamples.snapshot()), EntryCodec::decodeSnapshotMeta);
        inputs.put(EntryCodec.encodeChain(List.of(MessageSamples.certificate(1))), EntryCodec::decodeChain);
        inputs.put(EntryCodec.encode(MessageSamples.notice()), EntryCodec::decodeRemovalNotice);
        return inputs;
    }

    @Test
    void everyTruncationIsAValueOrMalformed() {
        validInputs().forEach((valid, decoder) -> {
            for (int size = 0; size < valid.size(); size++) {
                survives(decoder, valid.slice(0, size), size);
            }
        });
    }

    @Test
    void everyMutationIsAValueOrMalformed() {
        Random random = new Random(8231);
        validInputs().forEach((valid, decoder) -> {
            for (int round = 0; round < ROUNDS / 10; round++) {
                survives(decoder, mutated(valid, random), round);
            }
        });
    }

    private static Bytes mutated(Bytes valid, Random random) {
        byte[] bytes = valid.toByteArray();
        for (int change = random.nextInt(4); change >= 0; change--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(3)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                default -> bytes[at]++;
            }
        }
        return Bytes.wrap(bytes);
    }

    @Test
    void randomBytesAreAValueOrMalformed() {
        Random random = new Random(77);
        List<Decoder> decoders = validInputs().values().stream().toList();
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Decoder decoder = decoders.get(random.nextInt(decoders.size()));
            survives(decoder, Bytes.copyOf(bytes), round);
            if (bytes.length > 0) {
                bytes[0] = MessageCodec.VERSION;
                survives(MessageCodec::decode, Bytes.wrap(bytes), round);
            }
        }
    }

    private static void survives(Decoder decoder, Bytes input, int round) {
        try {
            assertThat(decoder.decode(input)).isNotNull();
        } catch (MalformedMessageException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        } catch (RuntimeException | Error other) {
            fail("round " + round + ": " + input.hex() + " made the codec throw", other);
        }
    }
}
