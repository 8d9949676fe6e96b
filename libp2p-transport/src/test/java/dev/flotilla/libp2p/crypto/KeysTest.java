package dev.flotilla.libp2p.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.flotilla.libp2p.Vectors;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ed25519", "secp256k1", "ecdsa"})
    void readsTheKeysOfTheSpecification(String name) {
        byte[] privateBytes = Vectors.bytes(name + ".private.key = ");
        byte[] publicBytes = Vectors.bytes(name + ".public.key = ");
        PrivateKey privateKey = PrivateKey.fromBytes(privateBytes);
        PublicKey publicKey = PublicKey.fromBytes(publicBytes);

        assertThat(privateKey.toBytes()).isEqualTo(privateBytes);
        assertThat(publicKey.toBytes()).isEqualTo(publicBytes);
        assertThat(privateKey.publicKey()).isEqualTo(publicKey).hasSameHashCodeAs(publicKey);
        assertThat(privateKey.toString()).doesNotContain(HexFormat.of().formatHex(privateBytes, 4, 20));

        byte[] signature = privateKey.sign(HELLO);
        assertThat(publicKey.verify(HELLO, signature)).isTrue();
        assertThat(publicKey.verify(new byte[] {1}, signature)).isFalse();
        assertThat(publicKey.verify(HELLO, new byte[0])).isFalse();
        signature[signature.length - 1] ^= 1;
        assertThat(publicKey.verify(HELLO, signature)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ed25519", "secp256k1", "ecdsa"})
    void namesThePeersOfTheSpecification(String name) {
        PublicKey key = PublicKey.fromBytes(Vectors.bytes(name + ".public.key = "));
        PeerId id = key.peerId();
        assertThat(id.toBytes()).isEqualTo(Vectors.bytes(name + ".peer.multihash = "));
        assertThat(id).hasToString(Vectors.text(name + ".peer.base58 = "));
        assertThat(PeerId.parse(Vectors.text(name + ".peer.cid = "))).isEqualTo(id);
        if (id.carriesKey()) {
            assertThat(PublicKey.ofPeerId(id)).contains(key);
        } else {
            assertThat(PublicKey.ofPeerId(id)).isEmpty();
        }
    }

    @Test
    void agreesWithJs() {
        for (String type : new String[] {"Ed25519", "secp256k1"}) {
            PublicKey key = PublicKey.fromBytes(Vectors.bytes("js. " + type + " public: "));
            assertThat(key.peerId().toBytes()).isEqualTo(Vectors.bytes("js. " + type + " peer id bytes: "));
            assertThat(key.peerId()).hasToString(Vectors.text("js. " + type + " peer id: "));
            assertThat(PeerId.parse(Vectors.text("js. " + type + " cid: "))).isEqualTo(key.peerId());
        }
        byte[] seed = new byte[32];
        seed[31] = 1;
        PrivateKey key = PrivateKey.ofEd25519Seed(seed);
        assertThat(key.toBytes()).isEqualTo(Vectors.bytes("js. seed 00..01 private proto: "));
        assertThat(key.publicKey().toBytes()).isEqualTo(Vectors.bytes("js. seed 00..01 public proto: "));
        assertThat(key.peerId()).hasToString(Vectors.text("js. seed 00..01 peer id: "));
        assertThat(PeerId.parse(Vectors.text("js. seed 00..01 cid: "))).isEqualTo(key.peerId());
        assertThat(key.sign(HELLO)).isEqualTo(Vectors.bytes("js. sign(\"hello\"): "));
        for (String line : Vectors.all("js. id ")) {
            String[] words = line.split(":? ", -1);
            PeerId id = PeerId.parse(words[0]);
            assertThat(id.toBytes()).isEqualTo(HexFormat.of().parseHex(words[1]));
            assertThat(id).hasToString(words[2]);
            assertThat(PeerId.parse(words[3])).isEqualTo(id);
        }
    }

    @Test
    void acceptsTheLongFormOfEd25519() {
        byte[] shortForm = Vectors.bytes("ed25519.private.key = ");
        byte[] longForm = Arrays.copyOf(shortForm, shortForm.length + 32);
        System.arraycopy(shortForm, shortForm.length - 32, longForm, shortForm.length, 32);
        longForm[3] = 96;
        assertThat(PrivateKey.fromBytes(longForm).toBytes()).isEqualTo(shortForm);
        longForm[longForm.length - 1] ^= 1;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrivateKey.fromBytes(longForm))
                .withMessageContaining("does not belong");
    }

    /** Damaged so that it is still well-formed: it is found when it is read, not when it is to sign. */
    @ParameterizedTest
    @EnumSource(KeyType.class)
    void refusesAKeyThatSignsWhatNobodyAccepts(KeyType type) {
        byte[] bytes = PrivateKey.generate(type).toBytes();
        int inTheSecret = type == KeyType.ED25519 || type == KeyType.SECP256K1 ? 10 : bytes.length / 3;
        bytes[inTheSecret] ^= 1;
        try {
            PrivateKey read = PrivateKey.fromBytes(bytes);
            byte[] message = {1, 2, 3};
            assertThat(read.publicKey().verify(message, read.sign(message))).isTrue();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageStartingWith("not a private key of type " + type);
        }
    }

    @Test
    void refusesRsaKeysThatAreTooShort() throws Exception {
        var generator = java.security.KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        byte[] data = generator.generateKeyPair().getPublic().getEncoded();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PublicKey.of(KeyType.RSA, Bytes.wrap(data)))
                .withMessageContaining("1024 bits");
    }

    @Test
    void refusesRsaKeysThatAreTooLong() throws Exception {
        var modulus = java.math.BigInteger.ONE.shiftLeft(8192).add(java.math.BigInteger.ONE);
        byte[] data = java.security.KeyFactory.getInstance("RSA")
                .generatePublic(new java.security.spec.RSAPublicKeySpec(modulus, java.math.BigInteger.valueOf(65_537)))
                .getEncoded();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PublicKey.of(KeyType.RSA, Bytes.wrap(data)))
                .withMessageContaining("8193 bits, not 2048 to 8192");
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void generatesAnotherKeyEachTime(KeyType type) {
        PrivateKey key = PrivateKey.generate(type);
        assertThat(key.peerId()).isNotEqualTo(PrivateKey.generate(type).peerId());
        assertThat(key.publicKey().type()).isEqualTo(type);
        PrivateKey read = PrivateKey.fromBytes(key.toBytes());
        assertThat(read.toBytes()).isEqualTo(key.toBytes());
        assertThat(read.publicKey()).isEqualTo(key.publicKey());
        assertThat(PublicKey.fromBytes(key.publicKey().toBytes()).verify(HELLO, read.sign(HELLO)))
                .isTrue();
    }

    /** As the vector of the specification has it: the curve named, the point within. */
    @Test
    void writesEcdsaKeysInTheShapeOfTheSpecification() {
        byte[] vector = Vectors.bytes("ecdsa.private.key = ");
        byte[] made = PrivateKey.generate(KeyType.ECDSA).toBytes();
        assertThat(made).hasSameSizeAs(vector).startsWith(Arrays.copyOf(vector, 11));
    }

    @Test
    void survivesRandomAndTruncatedKeys() {
        Random random = new Random(77);
        for (String name : new String[] {"rsa", "ed25519", "secp256k1", "ecdsa"}) {
            for (String half : new String[] {"private", "public"}) {
                byte[] whole = Vectors.bytes(name + "." + half + ".key = ");
                for (int round = 0; round < 200; round++) {
                    byte[] bytes = round % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
                    if (bytes.length > 0) {
                        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                    Throwable failure = catchThrowable(() -> {
                        if (half.equals("private")) {
                            PrivateKey.fromBytes(bytes);
                        } else {
                            PublicKey.fromBytes(bytes).verify(HELLO, bytes);
                        }
                    });
                    assertThat(failure == null || failure instanceof IllegalArgumentException)
                            .as("%s: %s", HexFormat.of().formatHex(bytes), failure)
                            .isTrue();
                }
            }
        }
    }
}
