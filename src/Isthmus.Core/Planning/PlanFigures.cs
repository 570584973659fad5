namespace Isthmus.Core.Planning;

/// <summary>What a plan is predicted to cost, as far as constraints ask.</summary>
/// <param name="Ms">Milliseconds from image to answer.</param>
/// <param name="BytesOut">Bytes that leave the device.</param>
/// <param name="BytesOn">Bytes that leave the first other node outwards.</param>
/// <param name="Loss">The accuracy loss, at most 1.</param>
/// <param name="DeviceMs">What the device computes.</param>
/// <param name="NodeMs">What the first other node computes; 0 if that is the device.</param>
/// <param name="LastMs">What the node that finishes computes; 0 if there is none.</param>
internal readonly record struct PlanFigures(double Ms, long BytesOut, long BytesOn, double Loss, double DeviceMs, double NodeMs, double LastMs);
