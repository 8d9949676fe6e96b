package dev.flotilla.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BytesTest {
    private static final Bytes FIVE = Bytes.fromHex("0102030405");

    @Test
    void aCopyDoesNotChangeWithItsSource() {
        byte[] source = {1, 2, 3};
        Bytes copy = Bytes.copyOf(source);
        source[0] = 9;
        copy.toByteArray()[1] = 9;
        assertThat(copy).isEqualTo(Bytes.fromHex("010203"));
    }

    @Test
    void aCopyOfABufferIsWhatRemainsAndLeavesItsPosition() {
        ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3, 4}).position(1).limit(3);
        assertThat(Bytes.copyOf(buffer)).isEqualTo(Bytes.fromHex("0203"));
        assertThat(buffer.position()).isEqualTo(1);
    }

    @Test
    void aSliceEqualsACopyOfTheSameBytes() {
        Bytes slice = FIVE.slice(1, 3).slice(1, 2);
        assertThat(slice).isEqualTo(Bytes.fromHex("0304")).hasSameHashCodeAs(Bytes.fromHex("0304"));
        assertThat(slice.hex()).isEqualTo("0304");
        assertThat(slice.toByteArray()).containsExactly(3, 4);
        assertThat(slice.at(1)).isEqualTo((byte) 4);
        assertThat(slice.asByteBuffer()).isEqualTo(ByteBuffer.wrap(new byte[] {3, 4}));
        byte[] target = new byte[4];
        slice.copyTo(target, 1);
        assertThat(target).containsExactly(0, 3, 4, 0);
    }

    @Test
    void boundsAreChecked() {
        Bytes slice = FIVE.slice(1, 3);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.at(3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.at(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.slice(1, 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.slice(0, -1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.slice(1, Integer.MAX_VALUE));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> slice.copyTo(new byte[3], 1));
    }

    @Test
    void aViewIsReadOnly() {
        assertThatExceptionOfType(ReadOnlyBufferException.class)
                .isThrownBy(() -> FIVE.asByteBuffer().put((byte) 1));
    }

    @Test
    void emptyIsEmptyHoweverItIsMade() {
        assertThat(Bytes.copyOf(new byte[0])).isEqualTo(Bytes.EMPTY);
        assertThat(Bytes.fromHex("")).isEqualTo(Bytes.EMPTY);
        assertThat(FIVE.slice(5, 0)).isEqualTo(Bytes.EMPTY).hasSameHashCodeAs(Bytes.EMPTY);
        assertThat(Bytes.utf8("").isEmpty()).isTrue();
    }

    @Test
    void textGoesAndComesAsUtf8() {
        assertThat(Bytes.utf8("é").hex()).isEqualTo("c3a9");
        assertThat(Bytes.fromHex("00c3a900").slice(1, 2).utf8()).isEqualTo("é");
    }

    @Test
    void badHexIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Bytes.fromHex("abc"));
        assertThatIllegalArgumentException().isThrownBy(() -> Bytes.fromHex("zz"));
    }

    @Test
    void theTextForALogLineIsShort() {
        assertThat(FIVE).hasToString("0102030405");
        assertThat(Bytes.wrap(new byte[1000]).toString()).isEqualTo("00".repeat(16) + "..(1000 bytes)");
    }

    @Test
    void slicesOfRandomBytesAgreeWithCopies() {
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] array = new byte[random.nextInt(50)];
            random.nextBytes(array);
            int from = random.nextInt(array.length + 1);
            int count = random.nextInt(array.length - from + 1);
            byte[] part = Arrays.copyOfRange(array, from, from + count);
            Bytes slice = Bytes.wrap(array).slice(from, count);
            assertThat(slice).isEqualTo(Bytes.copyOf(part)).hasSameHashCodeAs(Bytes.copyOf(part));
            assertThat(slice.toByteArray()).isEqualTo(part);
        }
    }
}
