package dev.flotilla.libp2p.pnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreSharedKeyTest {
    private static final String HEX = "7b84a5a2f48de6c6234dca6c3bb43314ba1e141d4e0f34263a807f547d9a4e1b";
    private static final byte[] BYTES = HexFormat.of().parseHex(HEX);
    private static final PreSharedKey KEY = PreSharedKey.of(BYTES);

    private static PreSharedKey parse(String text) {
        return PreSharedKey.parse(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void readsEachEncoding() {
        assertThat(parse("/key/swarm/psk/1.0.0/\n/base16/\n" + HEX)).isEqualTo(KEY);
        assertThat(parse("/key/swarm/psk/1.0.0/\r\n/base16/\r\n" + HEX.toUpperCase(java.util.Locale.ROOT) + "\r\n"))
                .isEqualTo(KEY);
        assertThat(parse("/key/swarm/psk/1.0.0/\n/base64/\n"
                        + Base64.getEncoder().encodeToString(BYTES) + "\n"))
                .isEqualTo(KEY);
        ByteArrayOutputStream bin = new ByteArrayOutputStream();
        bin.writeBytes("/key/swarm/psk/1.0.0/\n/bin/\n".getBytes(StandardCharsets.US_ASCII));
        bin.writeBytes(BYTES);
        assertThat(PreSharedKey.parse(bin.toByteArray())).isEqualTo(KEY);
        bin.write('\n');
        assertThat(PreSharedKey.parse(bin.toByteArray())).isEqualTo(KEY);
    }

    @Test
    void theFingerprintIsThatOfOthers() {
        PreSharedKey key = PreSharedKey.of(
                HexFormat.of().parseHex("6189c5cf0b87fb800c1a9feeda73c6ab5e998db48fb9e6a978575c770ceef683"));
        assertThat(key.fingerprint()).as("by rust-libp2p").isEqualTo("45fc986bbc9388a11d939df26f730f0c");
    }

    @Test
    void aNewKeyIsReadAsItIsWritten() {
        PreSharedKey made = PreSharedKey.generate();
        assertThat(parse(made.toFile())).isEqualTo(made).isNotEqualTo(PreSharedKey.generate());
        assertThat(KEY.toFile()).isEqualTo("/key/swarm/psk/1.0.0/\n/base16/\n" + HEX + "\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                HEX,
                "/key/swarm/psk/1.0.0/",
                "/key/swarm/psk/1.0.0/\n/base32/\n" + HEX,
                "/key/swarm/psk/2.0.0/\n/base16/\n" + HEX,
                "/key/swarm/psk/1.0.0/\n/base16/\n" + HEX + "00",
                "/key/swarm/psk/1.0.0/\n/base16/\n" + HEX + "\n" + HEX,
                "/key/swarm/psk/1.0.0/\n/base64/\n" + HEX,
                "/key/swarm/psk/1.0.0/\n/bin/\n" + HEX,
            })
    void refusesAnythingElseWithoutQuotingIt(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a ")
                .hasNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(HEX.substring(0, 8)));
    }

    @Test
    void neverPrintsTheKey() {
        assertThat(KEY).hasToString("pre-shared key");
    }
}
