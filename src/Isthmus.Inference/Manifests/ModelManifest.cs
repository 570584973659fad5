using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Manifests;

/// <summary>
/// What a network expects of a picture, and what its outputs mean: everything that its graph does not say. It is a JSON file
/// beside the model (see <see cref="ManifestFile"/>), and travels with the model to the nodes.
/// </summary>
public sealed record ModelManifest
{
    /// <summary>Larger inputs than this, in pixels per side, are refused.</summary>
    public const int MaxInputSide = 8192;

    /// <summary>Width of the input, in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height of the input, in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>The part of the picture that is scaled to the input; default the central square of 0.875 of the shorter side.</summary>
    public ImageCrop Crop { get; init; } = ImageCrop.Default;

    /// <summary>How it is scaled; default <see cref="ResizeFilter.Area"/>.</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Area;

    /// <summary>What is subtracted from a pixel's value 0 … 255, by channel: input = (value − mean) / scale. Default 0.</summary>
    public ChannelValues Mean { get; init; } = new(0);

    /// <summary>What the difference is divided by, by channel: input = (value − mean) / scale. Not zero. Default 1.</summary>
    public ChannelValues Scale { get; init; } = new(1);

    /// <summary>The order of the colours; default RGB.</summary>
    public ChannelOrder ChannelOrder { get; init; } = ChannelOrder.Rgb;

    /// <summary>The order of the dimensions; default NCHW.</summary>
    public TensorLayout Layout { get; init; } = TensorLayout.Nchw;

    /// <summary>The type of the input's elements: Float32, or UInt8, for which the normalised value is rounded. Default Float32.</summary>
    [JsonConverter(typeof(StrictEnumConverter<ElementType>))]
    public ElementType InputType { get; init; } = ElementType.Float32;

    /// <summary>The file with the names of the classes, one a line: a path relative to the model's folder. Null if there is none.</summary>
    public string? Labels { get; init; }

    /// <summary>Where <see cref="Labels"/> was found on this machine; null if it was not looked for. Never sent or saved.</summary>
    [JsonIgnore]
    public string? LabelsPath { get; init; }

    /// <summary>The output with this index is class 0; outputs before it are no classes (TensorFlow's "background"). Default 0.</summary>
    public int LabelOffset { get; init; }

    /// <summary>Whether the output is logits, to which a softmax must be applied to get probabilities. Default false.</summary>
    public bool Softmax { get; init; }

    /// <summary>Number of colours: 1 or 3.</summary>
    [JsonIgnore]
    public int Channels => ChannelOrder == ChannelOrder.Grey ? 1 : 3;

    /// <summary>The shape of the input tensor for one picture.</summary>
    [JsonIgnore]
    public TensorShape InputShape => Layout == TensorLayout.Nchw ? new(1, Channels, Height, Width) : new(1, Height, Width, Channels);

    /// <summary>Reads a whole manifest, such as one that a node receives; members may be missing, but not width and height.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <exception cref="IsthmusException">It is damaged, or a value makes no sense.</exception>
    public static ModelManifest Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            ModelManifest manifest = JsonSerializer.Deserialize<ModelManifest>(json, IsthmusJson.Compact)
                ?? throw new JsonException("It is null.");
            manifest.Validate("The manifest");
            return manifest;
        }
        catch (JsonException e)
        {
            throw new IsthmusException(ErrorKind.Model, $"The manifest is damaged: {ManifestFile.Sentence(e)}", e);
        }
    }

    /// <summary>The manifest as UTF-8 JSON, indented.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, IsthmusJson.Indented);

    /// <summary>Checks that every value makes sense.</summary>
    /// <param name="what">How to call the manifest in the error.</param>
    /// <exception cref="IsthmusException">One does not.</exception>
    public void Validate(string what)
    {
        if (Width is < 1 or > MaxInputSide || Height is < 1 or > MaxInputSide)
            throw Wrong($"an input size of {Width}×{Height}; each side is 1 to {MaxInputSide}");
        if (!Mean.IsFinite) throw Wrong("a mean that is not finite");
        if (!Scale.IsFinite || Scale.First == 0 || Scale.Second == 0 || Scale.Third == 0) throw Wrong("a scale that is zero or not finite");
        if (LabelOffset is < 0 or > 1_000_000) throw Wrong($"a label offset of {LabelOffset}; it is 0 or more");
        if (InputType is not (ElementType.Float32 or ElementType.UInt8)) throw Wrong($"the input type {InputType}; Float32 and UInt8 are supported");
        if (Labels is { Length: 0 }) throw Wrong("an empty path of the labels file; leave it out if there is none");

        IsthmusException Wrong(string complaint) => new(ErrorKind.Model, $"{what} says {complaint}.");
    }
}
