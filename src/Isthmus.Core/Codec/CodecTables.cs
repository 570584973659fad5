using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// What was learnt of one tensor of one network at calibration, for codecs that can use it: both sides of a link have it, so it never
/// crosses with an activation. Immutable; identified by the SHA-256 of its bytes, and equal if those are. Written to JSON as base64.
/// </summary>
[JsonConverter(typeof(Converter))]
public sealed class CodecTables : IEquatable<CodecTables>
{
    /// <summary>The most bytes that tables may have.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Digits of an <see cref="Id"/>.</summary>
    public const int IdLength = 16;

    private const uint Magic = 0x5454_5349; // "ISTT"
    private const byte Version = 2;
    private const int FixedBytes = 12;
    private const int ReferencesAt = 4;
    private const int WeightsAt = ReferencesAt + (2 * DenseFeature.References);
    private const int ChannelBytes = WeightsAt + (2 * DenseFeature.Count);
    private const ushort NoReference = ushort.MaxValue;

    private CodecTables(ReadOnlyMemory<byte> bytes, TensorShape shape, DenseTables dense, FastTables fast)
    {
        Bytes = bytes;
        Shape = shape;
        Dense = dense;
        Fast = fast;
        byte[] hash = SHA256.HashData(bytes.Span);
        Hash = Convert.ToHexStringLower(hash);
        // 0 in a frame means that there are none.
        FrameId = Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(hash));
    }

    /// <summary>The shape of the tensor they belong to.</summary>
    public TensorShape Shape { get; }

    /// <summary>The tables as they are kept and sent.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The SHA-256 of the bytes, in lower-case hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The first sixteen digits of <see cref="Hash"/>, by which requests name tables.</summary>
    public string Id => Hash[..IdLength];

    /// <summary>The first four bytes of the hash, as they stand in a frame; 1 if they are 0.</summary>
    internal uint FrameId { get; }

    internal DenseTables Dense { get; }

    internal FastTables Fast { get; }

    /// <summary>Reads tables.</summary>
    /// <param name="bytes">The tables; not copied, so they must not change.</param>
    /// <exception cref="IsthmusException">The bytes are no tables.</exception>
    public static CodecTables Parse(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> b = bytes.Span;
        if (b.Length is < FixedBytes or > MaxBytes || BinaryPrimitives.ReadUInt32LittleEndian(b) != Magic) throw Damaged("they do not begin like tables");
        if (b[4] != Version) throw Damaged($"they have version {b[4]}, and this release knows {Version}");
        int rank = b[5];
        float scale = BinaryPrimitives.ReadSingleLittleEndian(b[8..]);
        if (rank > TensorShape.MaxRank || b.Length < FixedBytes + (4 * rank)) throw Damaged("they end within their shape");
        if (!float.IsFinite(scale) || scale <= 0) throw Damaged($"their scale is {scale}");
        long[] dimensions = new long[rank];
        for (int i = 0; i < rank; i++) dimensions[i] = BinaryPrimitives.ReadUInt32LittleEndian(b[(FixedBytes + (4 * i))..]);
        TensorShape shape;
        try
        {
            shape = new(dimensions);
        }
        catch (IsthmusException e)
        {
            throw Damaged(e.Message);
        }

        b = b[(FixedBytes + (4 * rank))..];
        int channels = new DenseGeometry(shape).Channels;
        if (b.Length < (long)channels * ChannelBytes) throw Damaged($"they have {b.Length} bytes for {channels} channels");
        DenseChannel[] read = new DenseChannel[channels];
        for (int c = 0; c < channels; c++, b = b[ChannelBytes..])
        {
            DenseChannel.ReferenceList references = default;
            for (int r = 0; r < DenseFeature.References; r++) references[r] = Reference(BinaryPrimitives.ReadUInt16LittleEndian(b[(ReferencesAt + (2 * r))..]), c);
            DenseChannel.WeightList weights = default;
            for (int f = 0; f < DenseFeature.Count; f++) weights[f] = BinaryPrimitives.ReadInt16LittleEndian(b[(WeightsAt + (2 * f))..]);
            read[c] = new(BinaryPrimitives.ReadUInt16LittleEndian(b), BinaryPrimitives.ReadInt16LittleEndian(b[2..]), references, weights);
        }

        // Behind the section for dense, the one for fast.
        try
        {
            return new(bytes, shape, new(read, scale), FastTables.Read(b));
        }
        catch (FrameException e)
        {
            throw Damaged($"their section for the codec fast is none ({e.Error})");
        }
    }

    /// <inheritdoc/>
    public bool Equals(CodecTables? other) => other is not null && other.Hash == Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CodecTables);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    internal static CodecTables Of(TensorShape shape, float scale, ReadOnlySpan<DenseChannel> channels, FastTables? fast = null)
    {
        byte[] section = (fast ?? FastTables.None).ToBytes();
        byte[] bytes = new byte[FixedBytes + (4 * shape.Rank) + (channels.Length * ChannelBytes) + section.Length];
        Span<byte> b = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(b, Magic);
        b[4] = Version;
        b[5] = (byte)shape.Rank;
        BinaryPrimitives.WriteSingleLittleEndian(b[8..], scale);
        for (int i = 0; i < shape.Rank; i++) BinaryPrimitives.WriteUInt32LittleEndian(b[(FixedBytes + (4 * i))..], checked((uint)shape[i]));
        b = b[(FixedBytes + (4 * shape.Rank))..];
        foreach (DenseChannel channel in channels)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(b, (ushort)channel.Mean);
            BinaryPrimitives.WriteInt16LittleEndian(b[2..], (short)channel.Offset);
            for (int r = 0; r < DenseFeature.References; r++)
                BinaryPrimitives.WriteUInt16LittleEndian(b[(ReferencesAt + (2 * r))..], channel.References[r] < 0 ? NoReference : (ushort)channel.References[r]);
            for (int f = 0; f < DenseFeature.Count; f++) BinaryPrimitives.WriteInt16LittleEndian(b[(WeightsAt + (2 * f))..], channel.Weights[f]);
            b = b[ChannelBytes..];
        }

        section.CopyTo(b);
        return Parse(bytes);
    }

    private static int Reference(ushort written, int channel) => written == NoReference ? -1 : written < channel ? written
        : throw Damaged($"channel {channel} refers to channel {written}, which does not come before it");

    private static IsthmusException Damaged(string how) => new(ErrorKind.Data, $"The trained tables cannot be used, because {how}: calibrate again.");

    private sealed class Converter : JsonConverter<CodecTables>
    {
        public override CodecTables Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetBytesFromBase64());
            }
            catch (Exception e) when (e is IsthmusException or FormatException or InvalidOperationException)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, CodecTables value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.Bytes.Span);
    }
}
