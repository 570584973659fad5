using System.Text.Json.Serialization;
using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Manifests;

/// <summary>
/// A manifest of which anything may be missing: the content of a manifest file, or of the command line's flags. What is null
/// leaves the value as it was. The members are those of <see cref="ModelManifest"/>.
/// </summary>
public sealed record ManifestOverrides
{
    /// <inheritdoc cref="ModelManifest.Width"/>
    public int? Width { get; init; }

    /// <inheritdoc cref="ModelManifest.Height"/>
    public int? Height { get; init; }

    /// <inheritdoc cref="ModelManifest.Crop"/>
    public ImageCrop? Crop { get; init; }

    /// <inheritdoc cref="ModelManifest.Filter"/>
    public ResizeFilter? Filter { get; init; }

    /// <inheritdoc cref="ModelManifest.Mean"/>
    public ChannelValues? Mean { get; init; }

    /// <inheritdoc cref="ModelManifest.Scale"/>
    public ChannelValues? Scale { get; init; }

    /// <inheritdoc cref="ModelManifest.ChannelOrder"/>
    public ChannelOrder? ChannelOrder { get; init; }

    /// <inheritdoc cref="ModelManifest.Layout"/>
    public TensorLayout? Layout { get; init; }

    /// <inheritdoc cref="ModelManifest.InputType"/>
    [JsonConverter(typeof(StrictEnumConverter<ElementType>))]
    public ElementType? InputType { get; init; }

    /// <inheritdoc cref="ModelManifest.Labels"/>
    public string? Labels { get; init; }

    /// <inheritdoc cref="ModelManifest.LabelOffset"/>
    public int? LabelOffset { get; init; }

    /// <inheritdoc cref="ModelManifest.Softmax"/>
    public bool? Softmax { get; init; }

    /// <summary>The manifest with what these overrides say.</summary>
    public ModelManifest Apply(ModelManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest with
        {
            Width = Width ?? manifest.Width,
            Height = Height ?? manifest.Height,
            Crop = Crop ?? manifest.Crop,
            Filter = Filter ?? manifest.Filter,
            Mean = Mean ?? manifest.Mean,
            Scale = Scale ?? manifest.Scale,
            ChannelOrder = ChannelOrder ?? manifest.ChannelOrder,
            Layout = Layout ?? manifest.Layout,
            InputType = InputType ?? manifest.InputType,
            Labels = Labels ?? manifest.Labels,
            LabelOffset = LabelOffset ?? manifest.LabelOffset,
            Softmax = Softmax ?? manifest.Softmax,
        };
    }
}
