using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>A way of the comparison: what the one planner may choose from.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Summary">What it may choose, in a few words.</param>
/// <param name="Colour">Its colour in charts.</param>
/// <param name="Space">What the planner may choose from.</param>
/// <param name="Terms">Which stages count when it chooses. Whatever it chooses is predicted and timed whole.</param>
/// <param name="IsForced">Whether it is there only to show what splitting costs where it does not pay: it must split.</param>
public sealed record JaladMethod(string Name, string Summary, string Colour, SearchSpace Space, CostTerms Terms = CostTerms.Everything, bool IsForced = false)
{
    /// <summary>The names that claims and tables refer to.</summary>
    public const string Device = "device-only", Origin = "Origin2Cloud", Png = "PNG2Cloud", Jpeg = "JPEG2Cloud", Neurosurgeon = "Neurosurgeon", Jalad = "JALAD",
        JaladPaper = "JALAD, paper's cost", Isthmus = "Isthmus", JaladSplit = "JALAD, must split", IsthmusSplit = "Isthmus, must split";

    /// <summary>All ways, baselines first.</summary>
    /// <param name="jpegs">The JPEG qualities that were measured.</param>
    /// <param name="codecs">The codecs that Isthmus may choose from.</param>
    public static ImmutableArray<JaladMethod> All(ImmutableArray<InputEncoding> jpegs, ImmutableArray<CodecSpec> codecs)
    {
        SearchSpace upload = new() { MaxCuts = 0, Tiers = [Tier.Cloud] };
        IPlanningMethod paper = PlanningMethods.Get("jalad-paper");
        SearchSpace jalad = PlanningMethods.Get("jalad").Space, all = SearchSpace.All with { Codecs = codecs };
        return
        [
            new(Device, "the whole network on the device", "#7f8c9b", new() { MaxCuts = 0, Tiers = [Tier.Device] }),
            new(Origin, "raw 8-bit pixels at the network's input size to the cloud", "#b8860b", upload with { Inputs = [InputEncoding.Pixels] }),
            new(Png, "a PNG at the network's input size to the cloud", "#c2570c", upload with { Inputs = [InputEncoding.Png] }),
            new(Jpeg, "a progressive JPEG (mozjpeg) at the network's input size to the cloud, at the lowest quality that keeps Δα", "#d6336c", upload with { Inputs = jpegs }),
            new(Neurosurgeon, "one cut or none, raw float activations, or the image file", "#2f9e44", PlanningMethods.Get("neurosurgeon").Space),
            new(Jalad, "one cut or none, min-max quantised to 1…8 bits and Huffman-coded, or the image file", "#1971c2", jalad),
            new(JaladPaper, "as JALAD, but chosen by the paper's own cost: computing and transfer, without encoding, decoding and round trips", "#0b4a82", paper.Space, paper.Terms),
            new(Isthmus, "everything: any cut or none, any codec, any form of the input", "#7048a8", all),
            new(JaladSplit, "as JALAD, but exactly one cut", "#74b0e8", jalad with { MinCuts = 1 }, IsForced: true),
            new(IsthmusSplit, "as Isthmus, but at least one cut", "#b197dd", all with { MinCuts = 1 }, IsForced: true),
        ];
    }
}
