package dev.flotilla.peer.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.flotilla.transport.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MessageReaderTest {
    private final MessageReader reader = new MessageReader();

    @Test
    void putsMessagesTogetherWhereverTheyAreCut() throws IOException {
        Random random = new Random(3);
        List<Bytes> messages = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[1 + random.nextInt(random.nextBoolean() ? 8 : 20_000)];
            random.nextBytes(message);
            messages.add(Bytes.wrap(message));
            stream.writeBytes(ByteBuffer.allocate(4).putInt(message.length).array());
            stream.writeBytes(message);
        }
        Bytes all = Bytes.wrap(stream.toByteArray());
        List<Bytes> read = new ArrayList<>();
        for (int at = 0; at < all.size(); ) {
            int size = Math.min(all.size() - at, 1 + random.nextInt(5_000));
            reader.add(all.slice(at, size));
            at += size;
            for (Bytes message = reader.next(); message != null; message = reader.next()) {
                read.add(message);
            }
        }

        assertThat(read).isEqualTo(messages);
        assertThat(reader.isEmpty()).isTrue();
    }

    @Test
    void aMessageIsNotThereBeforeItsLastByte() throws IOException {
        reader.add(Bytes.fromHex("0000000361"));
        assertThat(reader.next()).isNull();
        reader.add(Bytes.fromHex("62"));
        assertThat(reader.next()).isNull();
        assertThat(reader.isEmpty()).isFalse();
        reader.add(Bytes.fromHex("63"));
        assertThat(reader.next()).isEqualTo(Bytes.utf8("abc"));
    }

    @Test
    void aLengthOutOfBoundsIsRefusedAtOnce() {
        for (String length : List.of("00000000", "ffffffff", "7fffffff", "04000001")) {
            MessageReader fresh = new MessageReader();
            fresh.add(Bytes.fromHex(length));

            assertThatThrownBy(fresh::next)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bytes, expected 1 to");
        }
    }
}
