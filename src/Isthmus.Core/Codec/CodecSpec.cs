using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Which codec an activation crosses with: "raw", "half", "huffman:c" with c ∈ 1…8 or 16 bits per value,
/// "fast:L" with L ∈ 2…255 levels, or "dense:q" with q ∈ 2…64 steps in four root mean squares.
/// Written to JSON as that text.
/// </summary>
/// <param name="Kind">The coder.</param>
/// <param name="Parameter">
/// What the coder is set to, byte 6 of a frame: for raw, half and huffman the bits per value before entropy coding (32, 16, c), for fast the
/// number of levels.
/// Its meaning is the coder's own, so two codecs of different kinds are not comparable by it.
/// </param>
[JsonConverter(typeof(Converter))]
public readonly record struct CodecSpec(CodecKind Kind, int Parameter)
{
    /// <summary>The float32 values as they are.</summary>
    public static CodecSpec Raw => new(CodecKind.Raw, 32);

    /// <summary>Half precision.</summary>
    public static CodecSpec Half => new(CodecKind.Half, 16);

    /// <summary>JALAD's quantiser and Huffman coder with c bits.</summary>
    /// <exception cref="IsthmusException">c is not in 1…8 and not 16.</exception>
    public static CodecSpec Huffman(int bits) => bits is (>= 1 and <= 8) or 16 ? new(CodecKind.Huffman, bits)
        : throw new IsthmusException(ErrorKind.Usage, $"{bits} bits per value are not supported: choose 1 to 8, or 16.");

    /// <summary>The fast coder of L levels.</summary>
    /// <exception cref="IsthmusException">L is not in 2…255.</exception>
    public static CodecSpec Fast(int levels) => levels is >= 2 and <= 255 ? new(CodecKind.Fast, levels)
        : throw new IsthmusException(ErrorKind.Usage, $"{levels} levels are not supported: choose 2 to 255.");

    /// <summary>The codec for the fewest bytes, with q quantiser steps in four root mean squares.</summary>
    /// <exception cref="IsthmusException">q is not in 2…64.</exception>
    public static CodecSpec Dense(int quality) => quality is >= 2 and <= MaxDenseQuality ? new(CodecKind.Dense, quality)
        : throw new IsthmusException(ErrorKind.Usage, $"dense:{quality} is not supported: choose dense:2 to dense:{MaxDenseQuality}.");

    /// <summary>Reads "raw", "half", "huffman:c", "fast:L" or "dense:q".</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static CodecSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        int colon = t.IndexOf(':', StringComparison.Ordinal);
        int parameter = 0;
        bool hasParameter = colon >= 0 && int.TryParse(t.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parameter);
        return (hasParameter ? t[..colon] : t) switch
        {
            "raw" when !hasParameter => Raw,
            "half" when !hasParameter => Half,
            "huffman" when hasParameter => Huffman(parameter),
            "dense" when hasParameter => Dense(parameter),
            "fast" when hasParameter => Fast(parameter),
            _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a codec: choose {Choices}."),
        };
    }

    /// <summary>The finest setting of the dense codec.</summary>
    public const int MaxDenseQuality = 64;

    /// <summary>All spellings, for a message that says what may be chosen.</summary>
    internal const string Choices = "raw, half, huffman:c with c from 1 to 8 or 16, fast:L with L from 2 to 255, or dense:q with q from 2 to 64";

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CodecKind.Raw => "raw",
        CodecKind.Half => "half",
        CodecKind.Huffman => $"huffman:{Parameter}",
        CodecKind.Dense => $"dense:{Parameter}",
        CodecKind.Fast => $"fast:{Parameter}",
        _ => $"{(int)Kind}:{Parameter}",
    };

    private sealed class Converter : JsonConverter<CodecSpec>
    {
        public override CodecSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (IsthmusException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, CodecSpec value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
