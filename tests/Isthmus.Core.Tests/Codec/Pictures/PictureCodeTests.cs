using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Codec.Pictures;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Tests.Codec.Pictures;

public sealed class PictureCodeTests
{
    public static TheoryData<int, int, int> Sizes => new()
    {
        { 1, 1, 3 }, { 1, 1, 1 }, { 17, 3, 3 }, { 3, 17, 1 }, { 8, 8, 3 }, { 9, 64, 3 }, { 1, 40, 3 }, { 128, 128, 3 }, { 128, 128, 1 }, { 299, 299, 3 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Decode_OfTheWhole_IsCloseToThePicture(int width, int height, int channels)
    {
        PictureCode code = new(width, height, channels);
        byte[] picture = InventedPicture.Of(width, height, channels), decoded = new byte[picture.Length];
        Assert.True(code.Decode(code.Encode(picture), decoded));
        // A step of 8 leaves about 8²/12 where it matters; colours are kept at half the resolution, and the grain of this picture is coloured.
        Assert.InRange(InventedPicture.Error(picture, decoded), 0, 60);
    }

    [Fact]
    public void Decode_OfAGreyRamp_IsWithinOneStep()
    {
        PictureCode code = new(64, 64, 1);
        byte[] picture = [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)(2 * (i / 64 + i % 64)))], decoded = new byte[picture.Length];
        Assert.True(code.Decode(code.Encode(picture), decoded));
        Assert.All(picture.Zip(decoded), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 8));
    }

    [Theory]
    [InlineData(24, 20, 3)]
    [InlineData(17, 9, 1)]
    public void Decode_OfEveryFirstPart_IsAPictureAndErrorFallsOnTheWhole(int width, int height, int channels)
    {
        PictureCode code = new(width, height, channels);
        byte[] picture = InventedPicture.Of(width, height, channels), whole = code.Encode(picture), decoded = new byte[picture.Length];
        List<double> errors = [];
        for (int length = PictureCode.HeaderLength; length <= whole.Length; length++)
        {
            Assert.Equal(length == whole.Length, code.Decode(whole.AsSpan(0, length), decoded));
            errors.Add(InventedPicture.Error(picture, decoded));
        }

        // A byte more may happen to be a little worse; what went before on average is not.
        for (int i = 8; i < errors.Count; i++) Assert.True(errors[i] <= (errors.Take(i).TakeLast(8).Average() * 1.1) + 0.5, $"{i}: {errors[i]}");
        Assert.True(errors[^1] < errors[0] / 10);
    }

    [Fact]
    public void Decode_OfMoreBytes_ContinuesWhatFewerSaid()
    {
        // What is decoded from a part never depends on what would have followed.
        PictureCode code = new(40, 40, 3);
        byte[] whole = code.Encode(InventedPicture.Of(40, 40, 3)), a = new byte[code.PixelBytes], b = new byte[code.PixelBytes];
        foreach (int length in (int[])[6, 7, 9, 30, 100, 200])
        {
            code.Decode(whole.AsSpan(0, length), a);
            byte[] copy = [.. whole.AsSpan(0, length)];
            code.Decode(copy, b);
            Assert.Equal(a, b);
        }
    }

    [Fact]
    public void Decode_OfTheHeaderAlone_IsGrey()
    {
        PictureCode code = new(20, 10, 3);
        byte[] decoded = new byte[code.PixelBytes];
        Assert.False(code.Decode(code.Encode(InventedPicture.Of(20, 10, 3)).AsSpan(0, PictureCode.HeaderLength), decoded));
        Assert.All(decoded, v => Assert.Equal(128, v));
    }

    [Fact]
    public void Decode_OfFewerBytesThanAHeader_IsRefused()
    {
        PictureCode code = new(20, 10, 3);
        byte[] whole = code.Encode(InventedPicture.Of(20, 10, 3));
        for (int length = 0; length < PictureCode.HeaderLength; length++)
            Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => code.Decode(whole.AsSpan(0, length), new byte[code.PixelBytes])).Kind);
    }

    [Fact]
    public void Decode_OfAnotherSize_IsRefusedInWords()
    {
        byte[] whole = new PictureCode(20, 10, 3).Encode(InventedPicture.Of(20, 10, 3));
        IsthmusException e = Assert.Throws<IsthmusException>(() => new PictureCode(10, 20, 3).Decode(whole, new byte[600]));
        Assert.Equal(ErrorKind.Data, e.Kind);
        Assert.Contains("20×10", e.Message, StringComparison.Ordinal);
        Assert.Throws<IsthmusException>(() => new PictureCode(20, 10, 1).Decode(whole, new byte[200]));
    }

    [Fact]
    public void Decode_OfADamagedHeader_IsRefused()
    {
        PictureCode code = new(20, 10, 3);
        byte[] whole = code.Encode(InventedPicture.Of(20, 10, 3));
        for (int bit = 0; bit < 8 * PictureCode.HeaderLength; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<IsthmusException>(() => code.Decode(damaged, new byte[code.PixelBytes]));
        }
    }

    [Fact]
    public void Decode_OfDamagedCodes_IsSomePicture()
    {
        PictureCode code = new(33, 21, 3);
        byte[] whole = code.Encode(InventedPicture.Of(33, 21, 3)), decoded = new byte[code.PixelBytes];
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole.AsSpan(0, random.Next(PictureCode.HeaderLength + 1, whole.Length + 1))];
            for (int n = random.Next(1, 4); n > 0; n--) damaged[random.Next(PictureCode.HeaderLength, damaged.Length)] ^= (byte)(1 << random.Next(8));
            code.Decode(damaged, decoded);
        }
    }

    [Fact]
    public void Decode_OfAnyBytesThatFsCheckFinds_IsSomePicture() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            PictureCode code = new(13, 7, 3);
            byte[] header = code.Encode(new byte[code.PixelBytes])[..PictureCode.HeaderLength];
            code.Decode([.. header, .. bytes], new byte[code.PixelBytes]);
            return true;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData((byte)0)]
    [InlineData((byte)255)]
    [InlineData((byte)0xAA)]
    public void Decode_OfAnEndlessCode_Ends(byte value)
    {
        PictureCode code = new(64, 64, 3);
        byte[] endless = [.. code.Encode(new byte[code.PixelBytes])[..PictureCode.HeaderLength], .. Enumerable.Repeat(value, 200_000)];
        code.Decode(endless, new byte[code.PixelBytes]);
    }

    [Fact]
    public void RoundTrip_OfAnyPictureThatFsCheckFinds_EndsWhole() => Prop.ForAll(
        Gen.Choose(0, 255).ArrayOf(11 * 6).ToArbitrary(), values =>
        {
            PictureCode code = new(11, 6, 1);
            byte[] decoded = new byte[code.PixelBytes], picture = [.. values.Select(v => (byte)v)];
            return code.Decode(code.Encode(picture), decoded) && InventedPicture.Error(picture, decoded) < 40;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Encode_OfOneColour_TakesHardlyAnyBytes()
    {
        PictureCode code = new(192, 192, 3);
        byte[] picture = new byte[code.PixelBytes], decoded = new byte[code.PixelBytes];
        picture.AsSpan().Fill(200);
        byte[] whole = code.Encode(picture);
        Assert.InRange(whole.Length, 1, 100);
        Assert.True(code.Decode(whole, decoded));
        Assert.All(decoded, v => Assert.InRange(v, 198, 202));
    }

    [Fact]
    public void Encode_OfTheSamePicture_IsTheSameOnEveryProcessor()
    {
        PictureCode code = new(67, 45, 3);
        byte[] whole = code.Encode(InventedPicture.Of(67, 45, 3)), decoded = new byte[code.PixelBytes];
        Assert.Equal("43F1DE111CF504D1", Convert.ToHexString(SHA256.HashData(whole))[..16]);
        code.Decode(whole.AsSpan(0, whole.Length / 3), decoded);
        Assert.Equal("138E97FA464FE55A", Convert.ToHexString(SHA256.HashData(decoded))[..16]);
    }

    [Fact]
    public void Encode_AtASteadyState_AllocatesLittleBesideTheResult()
    {
        PictureCode code = new(192, 192, 3);
        byte[] picture = InventedPicture.Of(192, 192, 3), decoded = new byte[code.PixelBytes];
        byte[] whole = code.Encode(picture);
        code.Decode(whole, decoded);
        long before = GC.GetAllocatedBytesForCurrentThread();
        whole = code.Encode(picture);
        code.Decode(whole, decoded);
        // Two copies of the model, and the code.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, whole.Length + 250_000);
    }

    [Fact]
    public void PictureCode_ImpossibleSizes_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PictureCode(0, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PictureCode(1, PictureCode.MaxSide + 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PictureCode(1, 1, 2));
        Assert.Throws<ArgumentException>(() => new PictureCode(2, 2, 3).Encode(new byte[11]));
    }
}
