namespace Isthmus.Core.Planning.Methods;

/// <summary>Nothing leaves the device.</summary>
public sealed class DeviceOnly : IPlanningMethod
{
    /// <inheritdoc/>
    public string Name => "device-only";

    /// <inheritdoc/>
    public string Summary => "The whole network on the device.";

    /// <inheritdoc/>
    public SearchSpace Space { get; } = new() { MaxCuts = 0, Tiers = [Tier.Device] };
}
