class LeadTransfer:
    pass
