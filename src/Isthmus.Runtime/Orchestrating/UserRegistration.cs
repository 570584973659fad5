using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>What a user can do, and wants.</summary>
/// <param name="Actions">The menu: 1 to 64 actions of different names.</param>
public sealed record UserRegistration(ImmutableArray<OfferedAction> Actions)
{
    /// <summary>The accuracy, 0…1, below which this user is not served; null for any.</summary>
    public double? MinAccuracy { get; init; }

    /// <summary>How the user's device and links are now; null if that is not known.</summary>
    public DeviceReport? Device { get; init; }

    /// <summary>A name for exactly this menu: equal menus have equal names, on both sides and after a restart.</summary>
    public string MenuId()
    {
        byte[] menu = JsonSerializer.SerializeToUtf8Bytes(new { Actions, MinAccuracy }, IsthmusJson.Compact);
        return Convert.ToHexStringLower(SHA256.HashData(menu).AsSpan(0, 8));
    }

    /// <summary>The position of the safe action: of those on the own device with the accuracy that is wanted the fastest; −1 if there is none.</summary>
    public int Safe()
    {
        int safe = -1;
        for (int a = 0; a < Actions.Length; a++)
        {
            if (Actions[a].Node is null && Actions[a].Accuracy >= (MinAccuracy ?? 0) - 1e-9 && (safe < 0 || Actions[a].DeviceMs < Actions[safe].DeviceMs)) safe = a;
        }

        return safe;
    }

    /// <summary>Checks the registration.</summary>
    /// <exception cref="IsthmusException">Something is not as it should be; or the user wants an accuracy that none of its actions has.</exception>
    public void Validate()
    {
        if (Actions.IsDefaultOrEmpty || Actions.Length > OrchestrationLimits.MaxActions)
            throw new IsthmusException(ErrorKind.Data, $"A menu has 1 to {OrchestrationLimits.MaxActions} actions.");
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (OfferedAction? action in Actions)
        {
            if (action is null) throw new IsthmusException(ErrorKind.Data, "An action of the menu is null.");
            action.Validate();
            if (!names.Add(action.Name)) throw new IsthmusException(ErrorKind.Data, $"Two actions of the menu are called '{action.Name}'.");
        }

        if (MinAccuracy is { } wanted)
        {
            OrchestrationLimits.Number(wanted, 0, 1, "The accuracy that is wanted");
            OfferedAction best = Actions.MaxBy(a => a.Accuracy)!;
            if (best.Accuracy < wanted - 1e-9)
                throw new IsthmusException(ErrorKind.Planning, $"What is wanted contradicts itself: an accuracy of {wanted:0.####} at least, and the best action of the menu, '{best.Name}', has {best.Accuracy:0.####}.");
        }

        Device?.Validate();
    }
}
