using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// What a plan is predicted to cost for one image, stage by stage, in the order in which the stages happen. They follow each other
/// without overlap, so <see cref="Total"/> is their sum. A stage that the plan does not have is zero.
/// </summary>
/// <param name="Decode">Image to input tensor, on the node that runs the first segment.</param>
/// <param name="Head">The segment on the device; of a device-only plan, the whole network.</param>
/// <param name="Encode">On the device: the image to its input encoding, or the tensors of the first cut to frames.</param>
/// <param name="Send">From the device to the first other node: half a round trip and the transfer.</param>
/// <param name="Queue">Waiting on the nodes; zero unless it is known.</param>
/// <param name="Unpack">Frames to tensors, on the nodes that receive frames.</param>
/// <param name="Middle">The segment on a node that passes its output on.</param>
/// <param name="Recode">The tensors of the last cut to frames, on the node that passes them on.</param>
/// <param name="Forward">From that node to the last one: half a round trip and the transfer.</param>
/// <param name="Tail">The segment on the last node; of an edge-only or cloud-only plan, the whole network.</param>
/// <param name="Return">The answer's way back, through the nodes that it came through.</param>
/// <param name="Overhead">Requests beyond all this: parsing, copying, HTTP.</param>
/// <param name="BytesFromDevice">Bytes of image or frames that leave the device.</param>
/// <param name="BytesTotal">Bytes of image and frames over all links; the answer is not counted.</param>
public sealed record PlanCost(
    Milliseconds Decode,
    Milliseconds Head,
    Milliseconds Encode,
    Milliseconds Send,
    Milliseconds Queue,
    Milliseconds Unpack,
    Milliseconds Middle,
    Milliseconds Recode,
    Milliseconds Forward,
    Milliseconds Tail,
    Milliseconds Return,
    Milliseconds Overhead,
    ByteCount BytesFromDevice,
    ByteCount BytesTotal)
{
    /// <summary>
    /// The longest stage, which bounds how many images a second pass if stages overlap: the computing of a node (segments, codecs and pictures), or the
    /// transfer over a link (8·bytes/bandwidth; the answer's way back is a stage of its own). A lone image does not notice it.
    /// </summary>
    public Milliseconds Period { get; init; }

    /// <summary>Joules: what the nodes draw while they compute, what sending costs, and what the device draws while it waits; null if the profile does not say.</summary>
    public double? Energy { get; init; }

    /// <summary>Money, in the profile's currency: the nodes' time and the links' bytes; null if the profile does not say.</summary>
    public double? Price { get; init; }

    /// <summary>From the image file on the device to the answer on the device.</summary>
    public Milliseconds Total => Decode + Head + Encode + Send + Queue + Unpack + Middle + Recode + Forward + Tail + Return + Overhead;
}
