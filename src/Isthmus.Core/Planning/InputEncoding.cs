using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// How the input crosses: "local" (it does not), "file", "jpeg:Q" with quality Q ∈ 1…100, "png", "pixels" or "tensor".
/// Written to JSON as that text.
/// </summary>
/// <param name="Kind">The form.</param>
/// <param name="Quality">The JPEG quality; 0 for the other forms.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct InputEncoding(InputKind Kind, int Quality = 0)
{
    /// <summary>The input stays on the device.</summary>
    public static InputEncoding Local => new(InputKind.Local);

    /// <summary>The file's own bytes.</summary>
    public static InputEncoding File => new(InputKind.File);

    /// <summary>PNG at the model's input size.</summary>
    public static InputEncoding Png => new(InputKind.Png);

    /// <summary>Raw 8-bit pixels at the model's input size.</summary>
    public static InputEncoding Pixels => new(InputKind.Pixels);

    /// <summary>The raw input tensor.</summary>
    public static InputEncoding Tensor => new(InputKind.Tensor);

    /// <summary>JPEG at the model's input size.</summary>
    /// <exception cref="IsthmusException">The quality is not in 1…100.</exception>
    public static InputEncoding Jpeg(int quality) => quality is >= 1 and <= 100 ? new(InputKind.Jpeg, quality)
        : throw new IsthmusException(ErrorKind.Usage, $"{quality} is not a JPEG quality: choose 1 to 100.");

    /// <summary>Reads the text form.</summary>
    /// <exception cref="IsthmusException">The text is none of the forms.</exception>
    public static InputEncoding Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        return t switch
        {
            "local" => Local,
            "file" => File,
            "png" => Png,
            "pixels" => Pixels,
            "tensor" => Tensor,
            _ when t.StartsWith("jpeg:", StringComparison.Ordinal) && int.TryParse(t["jpeg:".Length..], out int quality) => Jpeg(quality),
            _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not an input encoding: choose local, file, jpeg:Q, png, pixels or tensor."),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        InputKind.Local => "local",
        InputKind.File => "file",
        InputKind.Png => "png",
        InputKind.Pixels => "pixels",
        InputKind.Tensor => "tensor",
        _ => $"jpeg:{Quality}",
    };

    private sealed class Converter : JsonConverter<InputEncoding>
    {
        public override InputEncoding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
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

        public override void Write(Utf8JsonWriter writer, InputEncoding value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
