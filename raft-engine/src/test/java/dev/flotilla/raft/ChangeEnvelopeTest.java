package dev.flotilla.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.flotilla.raft.ChangeEnvelope.CodecId;
import dev.flotilla.raft.ChangeEnvelope.Kind;
import dev.flotilla.transport.Bytes;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeEnvelopeTest {
    @ParameterizedTest
    @EnumSource(Kind.class)
    void everyKindComesBack(Kind kind) {
        ChangeEnvelope envelope = new ChangeEnvelope(kind, new CodecId("json", -7), Bytes.utf8("{}"));
        assertThat(ChangeEnvelope.decode(envelope.encode())).isEqualTo(envelope);
    }

    @Test
    void theBytesStayAsTheyAre() {
        assertThat(new ChangeEnvelope(Kind.OPERATION, new CodecId("json", 2), Bytes.utf8("{}"))
                        .encode()
                        .hex())
                .isEqualTo("01" + "02" + "04" + "6a736f6e" + "00000002" + "7b7d");
    }

    @Test
    void theLongestNameAndAnEmptyPayloadComeBack() {
        ChangeEnvelope envelope = new ChangeEnvelope(Kind.STATE, new CodecId("\u20ac".repeat(64), 1), Bytes.EMPTY);
        assertThat(ChangeEnvelope.decode(envelope.encode())).isEqualTo(envelope);
    }

    @Test
    void namesAreBounded() {
        assertThatIllegalArgumentException().isThrownBy(() -> new CodecId("", 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new CodecId("x".repeat(65), 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "01",
                "0102",
                "010204",
                "0102046a736f6e000000", // ends in the version
                "020204" + "6a736f6e" + "00000002", // another format
                "010004" + "6a736f6e" + "00000002", // no such kind
                "010604" + "6a736f6e" + "00000002",
                "010200" + "00000002", // no name
                "0102ff" + "6a736f6e" + "00000002", // a name that is longer than all
            })
    void whatIsNoEnvelopeIsRefused(String hex) {
        assertThatIllegalArgumentException().isThrownBy(() -> ChangeEnvelope.decode(Bytes.fromHex(hex)));
    }

    @Test
    void randomBytesAreReadOrRefused() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 2 && random.nextBoolean()) {
                bytes[0] = 1;
                bytes[1] = (byte) random.nextInt(7);
                bytes[2] = (byte) random.nextInt(40);
            }
            try {
                assertThat(ChangeEnvelope.decode(Bytes.wrap(bytes))).isNotNull();
            } catch (IllegalArgumentException e) {
                assertThat(e).message().isNotBlank();
            }
        }
    }
}
